package org.qubestools.core.xml;

/** A document that is not what it should be; the message is a reason without its subject and safe to print. */
public final class MalformedXml extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedXml(String reason) {
        super(reason);
    }

    /** The reason, never null. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
