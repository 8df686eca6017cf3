package org.qubestools.backup.format;

import java.io.IOException;
import java.util.Optional;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.backup.archive.PeekableMembers;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;

/** What a backup says of itself before anything is authenticated; good for information, not for decisions. */
public final class UntrustedHeader {
    private UntrustedHeader() {}

    /** Reads the first members of {@code source} and closes it. */
    public static KnownHeader read(MemberSource source) {
        try (PeekableMembers members = new PeekableMembers(source)) {
            HeaderStage stage = new HeaderStage(members, true);
            if (stage.isHeaderless()) {
                return new KnownHeader(Optional.empty(), Optional.empty());
            }
            HeaderStage.Untrusted untrusted = stage.read();
            BackupHeader header = BackupHeaderParser.parse(untrusted.header());
            Optional<ScryptCost> cost =
                    untrusted.isScrypt() ? Optional.of(ScryptEnvelope.cost(untrusted.hmac())) : Optional.empty();
            return new KnownHeader(Optional.of(header), cost);
        } catch (DamagedArchive e) {
            throw new QubesException(
                    ErrorKind.CORRUPT_BACKUP, "the archive cannot be used: " + e.getMessage(), null, e);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "reading the backup failed: " + IoReason.of(e), IoReason.advice(e), e);
        }
    }
}
