package org.qubestools.backup.vm;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.core.io.SafeText;

/**
 * A backup in a VM as one row of members: those of the first call, and, once it is known what is wanted, those of the
 * second. The header comes from the first call alone.
 */
public final class VmArchive implements MemberSource {
    /** More inner archives than a VM has. */
    private static final int ARCHIVES_PER_VM = 16;

    private static final long QUBES_XML = 8 << 20;

    private final VmBackupSource source;
    private final Consumer<String> warnings;
    private final boolean anySize;
    private final String hint;
    private volatile VmMembers members;
    private @Nullable List<String> directories;
    private long bytes;
    private boolean secondCall;
    private boolean closed;

    /**
     * Starts the first call.
     *
     * @param anySize take whatever the VM sends
     * @param hint names the option that does so
     * @param warnings told when the VM's service failed after all data had arrived
     */
    public VmArchive(VmBackupSource source, boolean anySize, String hint, Consumer<String> warnings) {
        this.source = source;
        this.anySize = anySize;
        this.hint = hint;
        this.warnings = warnings;
        this.members = source.header(StreamLimit.forHeader(QUBES_XML, hint));
    }

    @Override
    public void select(List<String> wanted, long size) {
        directories = wanted;
        bytes = size;
    }

    @Override
    public void expect(Predicate<String> names) {}

    @Override
    public @Nullable Member next() throws IOException {
        Member member = members.next();
        if (member != null || secondCall) {
            if (member == null) {
                members.lateFailure().ifPresent(warnings);
            }
            return member;
        }
        List<String> wanted = directories;
        if (wanted == null || wanted.isEmpty()) {
            return null;
        }
        secondCall = true;
        callAgain(wanted);
        return next();
    }

    /** Not while another thread closes this, which would miss the second call. */
    private synchronized void callAgain(List<String> wanted) throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        members.close();
        long size = anySize ? Long.MAX_VALUE / 8 : bytes;
        members = source.data(wanted, StreamLimit.forData(size, wanted.size() * ARCHIVES_PER_VM, hint));
    }

    @Override
    public synchronized void close() {
        closed = true;
        members.close();
    }

    @Override
    public String toString() {
        return "backup in a VM, " + SafeText.of(String.valueOf(directories));
    }
}
