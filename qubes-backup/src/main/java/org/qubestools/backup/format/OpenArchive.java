package org.qubestools.backup.format;

import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.backup.archive.PeekableMembers;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;

/** An outer archive while it is read, with what must be closed with it. */
final class OpenArchive implements AutoCloseable {
    private final PeekableMembers members;
    private final KeyDerivation derivation;
    private @Nullable KeysAhead ahead;

    /** Takes both over. */
    OpenArchive(PeekableMembers members, KeyDerivation derivation) {
        this.members = members;
        this.derivation = derivation;
    }

    PeekableMembers members() {
        return members;
    }

    KeyDerivation derivation() {
        return derivation;
    }

    /**
     * From here on keys are derived ahead, if the medium, the memory and the processors are fit for it; one processor is
     * left to the header.
     */
    void deriveAhead(ScryptVerifier verifier, ScryptCost cost, int threads) throws IOException {
        int tasks = Math.min(threads, derivation.atOnce(cost));
        MemberSource other = tasks < 2 ? null : members.ahead();
        if (other != null) {
            ahead = new KeysAhead(other, verifier, tasks);
            ahead.start(1);
            verifier.use(ahead);
        }
    }

    /** The header needs its processor no more. */
    void headerIsRead() {
        if (ahead != null) {
            ahead.start(0);
        }
    }

    /** Only chunks of these paths will be read. */
    void want(Predicate<String> paths) {
        if (ahead != null) {
            ahead.want(paths);
        }
    }

    @Override
    public void close() {
        try {
            if (ahead != null) {
                ahead.close();
            }
            derivation.close();
            members.close();
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, "closing the backup failed: " + IoReason.of(e), null, e);
        }
    }
}
