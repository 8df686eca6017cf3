package org.qubestools.backup.format;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.MemberSource.Member;
import org.qubestools.backup.archive.PeekableMembers;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.PartHmac;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** The first members of an outer archive, up to the authenticated header. */
final class HeaderStage {
    private final PeekableMembers members;
    private final boolean weakDigests;

    HeaderStage(PeekableMembers members, boolean weakDigests) {
        this.members = members;
        this.weakDigests = weakDigests;
    }

    /** What the header members say before anything is authenticated. */
    static final class Untrusted {
        private final byte[] header;
        private final byte[] hmac;

        Untrusted(byte[] header, byte[] hmac) {
            this.header = header;
            this.hmac = hmac;
        }

        /** The header's bytes; whoever shows something of them says that they were not authenticated. */
        byte[] header() {
            return header.clone();
        }

        byte[] hmac() {
            return hmac.clone();
        }

        boolean isScrypt() {
            return ScryptEnvelope.isStart(hmac);
        }
    }

    /** A header and, in formats 2 and 3, the digest that authenticated it. */
    record Authenticated(BackupHeader header, HmacDigest digest) {}

    /** True if the archive has no header file, which only the oldest of format 2 lack. */
    boolean isHeaderless() throws IOException {
        Member first = members.peek();
        if (first == null) {
            throw notABackup("it is empty, or no tar archive");
        }
        if (first.name().equals("qubes.xml.000")) {
            return true;
        }
        if (!first.name().equals(BackupHeader.MEMBER)) {
            throw notABackup("its first member is '" + SafeText.of(first.name()) + "'");
        }
        return false;
    }

    private static QubesException notABackup(String reason) {
        return new QubesException(
                ErrorKind.CORRUPT_BACKUP, "this is not a Qubes backup: " + reason, "name another file");
    }

    Untrusted read() throws IOException {
        byte[] header = small(members.next(), BackupHeaderParser.MAX_LENGTH);
        Member next = members.next();
        if (next == null || !next.name().equals(BackupHeader.HMAC_MEMBER)) {
            throw new QubesException(
                    ErrorKind.CORRUPT_BACKUP,
                    "the archive stops inside its header, or " + BackupHeader.HMAC_MEMBER + " is missing");
        }
        return new Untrusted(header, small(next, PartHmac.MAX_TEXT));
    }

    private static byte[] small(@Nullable Member member, int limit) throws IOException {
        if (member == null || member.size() > limit) {
            throw new QubesException(ErrorKind.CORRUPT_BACKUP, "a member of the header is missing or too long");
        }
        return member.data().readNBytes((int) member.size());
    }

    Authenticated authenticate(Untrusted untrusted, Passphrase passphrase, KeyDerivation derivation)
            throws IOException {
        if (untrusted.isScrypt()) {
            byte[] header = openScrypt(untrusted, passphrase, derivation);
            BackupHeader parsed = BackupHeaderParser.parse(header);
            requireVersion(parsed, parsed.version() == FormatVersion.V4);
            return new Authenticated(parsed, HmacDigest.SHA512);
        }
        HmacDigest digest = digestOf(untrusted.header, untrusted.hmac, passphrase);
        BackupHeader parsed = BackupHeaderParser.parse(untrusted.header);
        requireVersion(parsed, parsed.version() != FormatVersion.V4);
        HmacDigest named = HmacDigest.named(parsed.hmacAlgorithm())
                .orElseThrow(() -> refused("the digest " + SafeText.of(parsed.hmacAlgorithm()) + " is not known"));
        if (named != digest) {
            throw refused("it names the digest " + SafeText.of(parsed.hmacAlgorithm()) + " but was authenticated by "
                    + digest.opensslName());
        }
        if (digest == HmacDigest.MD5 && !weakDigests) {
            throw new QubesException(
                    ErrorKind.CORRUPT_BACKUP,
                    "the backup is authenticated by MD5, which can be forged",
                    "give --allow-md5 if you trust the place where it was kept");
        }
        return new Authenticated(parsed, digest);
    }

    private static void requireVersion(BackupHeader header, boolean fits) {
        if (!fits) {
            throw refused("version " + header.version().number() + " is authenticated otherwise");
        }
    }

    private static QubesException refused(String reason) {
        return new QubesException(ErrorKind.CORRUPT_BACKUP, "the header of the backup cannot be used: " + reason);
    }

    private static byte[] openScrypt(Untrusted untrusted, Passphrase passphrase, KeyDerivation derivation)
            throws IOException {
        byte[] file = untrusted.hmac;
        if (file.length < ScryptEnvelope.OVERHEAD) {
            throw wrongPassphrase();
        }
        int end = file.length - ScryptEnvelope.TRAILER_LENGTH;
        byte[] text = Arrays.copyOfRange(file, ScryptEnvelope.HEADER_LENGTH, end);
        try {
            ScryptEnvelope envelope = ScryptEnvelope.open(file, ScryptEnvelope.headerContext(), passphrase, derivation);
            envelope.authenticate(text, 0, text.length);
            byte[] trailer = Arrays.copyOfRange(file, end, file.length);
            if (!ScryptEnvelope.matches(envelope.computedTrailer(), trailer)) {
                throw wrongPassphrase();
            }
            envelope.decrypt(text, 0, text.length);
        } catch (DamagedArchive e) {
            throw wrongPassphrase();
        }
        if (!Arrays.equals(text, untrusted.header)) {
            throw refused("its two copies differ");
        }
        return text;
    }

    /** The first digest of the list under which the value is right. */
    static HmacDigest digestOf(byte[] data, byte[] hmacText, Passphrase passphrase) {
        byte[] claimed = PartHmac.parse(hmacText).orElseThrow(HeaderStage::wrongPassphrase);
        for (HmacDigest digest : HmacDigest.values()) {
            if (digest.length() == claimed.length) {
                PartHmac hmac = PartHmac.start(digest, passphrase);
                hmac.update(data, 0, data.length);
                if (PartHmac.matches(hmac.end(), claimed)) {
                    return digest;
                }
            }
        }
        throw wrongPassphrase();
    }

    static QubesException wrongPassphrase() {
        return new QubesException(
                ErrorKind.BAD_PASSPHRASE,
                "the passphrase is wrong, or the header of the backup is damaged",
                "check the passphrase (keyboard layout, case) and try again");
    }
}
