package org.qubestools.core.edit;

import org.jspecify.annotations.Nullable;

/** The bytes of the store around an edit, for changes that bring a whole store back. */
public final class StoreBytes {
    private final byte[] before;
    private byte @Nullable [] wanted;

    /** Takes the bytes over. */
    StoreBytes(byte[] before) {
        this.before = before;
    }

    /** The bytes before the edit. */
    public byte[] before() {
        return before.clone();
    }

    /** Has the store become these bytes, whatever VMs the draft has. Takes them over. */
    public void want(byte[] content) {
        wanted = content;
    }

    /** What was wanted so, or null. */
    public byte @Nullable [] wanted() {
        return wanted;
    }
}
