package org.qubestools.backup.format;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.PeekableMembers;
import org.qubestools.backup.compress.Filter;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.OpensslCipher;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.crypto.ScryptLimits;
import org.qubestools.backup.pipeline.PartBuffer;
import org.qubestools.backup.pipeline.SegmentPool;
import org.qubestools.backup.pipeline.SpillSpace;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** The steps of opening a backup of format 2, 3 or 4, with what they share. */
final class Opening {
    /** Chunks need at least so much, whatever is asked for. */
    private static final long LEAST_POOL = PartBuffer.MEMORY_LIMIT + (16L << 20);
    /** More would not make it faster: one chunk is read while another is unpacked. */
    private static final long MOST_POOL = 2 * PartBuffer.MEMORY_LIMIT;

    private final OpenArchive archive;
    private final PeekableMembers members;
    private final Passphrase passphrase;
    private final ReadOptions options;
    private final ReadSpace space;
    private Optional<ScryptCost> cost = Optional.empty();

    Opening(PeekableMembers members, Passphrase passphrase, ReadOptions options, Consumer<String> warnings) {
        this.members = members;
        this.passphrase = passphrase;
        this.options = options;
        long pool = Math.max(LEAST_POOL, Math.min(options.memory() / 2, MOST_POOL));
        ScryptLimits limits = ScryptLimits.within(Math.max(options.memory() - pool, 0));
        KeyDerivation derivation =
                new KeyDerivation(options.anyKdfWork() ? new ScryptLimits(limits.memory(), Long.MAX_VALUE) : limits);
        this.archive = new OpenArchive(members, derivation);
        this.space = new ReadSpace(new SegmentPool(pool), new SpillSpace(options.tmpdir()), derivation, warnings);
    }

    OpenArchive archive() {
        return archive;
    }

    BackupReader open() throws IOException {
        HeaderStage stage = new HeaderStage(members, options.weakDigests());
        if (stage.isHeaderless()) {
            return headerless();
        }
        HeaderStage.Untrusted untrusted = stage.read();
        ScryptVerifier early = untrusted.isScrypt() ? early(untrusted) : null;
        HeaderStage.Authenticated found = stage.authenticate(untrusted, passphrase, space.derivation());
        BackupHeader header = found.header();
        archive.headerIsRead();
        PartVerifier verifier = early == null ? new HmacVerifier(found.digest(), passphrase, space) : early;
        StoreStage store = new StoreStage(members, space);
        store.collect(verifier);
        return finish(header, false, verifier, decoding(header), store);
    }

    /**
     * Lets keys be derived while the header is authenticated, so by an id that is not authentic yet. If the header is,
     * so was the id: the two copies of it are compared. Null where its own stage will say what is wrong with it.
     */
    private @Nullable ScryptVerifier early(HeaderStage.Untrusted untrusted) throws IOException {
        try {
            BackupHeader header = BackupHeaderParser.parse(untrusted.header());
            ScryptCost headerCost = ScryptEnvelope.cost(untrusted.hmac());
            ScryptVerifier verifier = new ScryptVerifier(header.backupId(), passphrase, space);
            archive.deriveAhead(verifier, headerCost, options.threads());
            cost = Optional.of(headerCost);
            return verifier;
        } catch (DamagedArchive | QubesException e) {
            return null;
        }
    }

    private BackupReader headerless() throws IOException {
        StoreStage store = new StoreStage(members, space);
        HmacDigest digest = store.collectHeaderless(passphrase);
        if (digest != HmacDigest.SHA1) {
            throw new QubesException(
                    ErrorKind.CORRUPT_BACKUP,
                    "the archive has no header but is authenticated by " + digest.opensslName()
                            + ": its header was taken away",
                    "do not trust this archive");
        }
        HmacVerifier verifier = new HmacVerifier(HmacDigest.SHA1, passphrase, space);
        store.collect(verifier);
        Decoding decoding = Headerless.guess(store.firstChunk(), options);
        BackupHeader header = new BackupHeader(
                FormatVersion.V2,
                decoding.cipher() != null,
                decoding.filter() != null,
                Filter.GZIP.program(),
                HmacDigest.SHA1.opensslName(),
                OpensslCipher.DEFAULT_NAME,
                "");
        return finish(header, true, verifier, decoding, store);
    }

    private BackupReader finish(
            BackupHeader header, boolean headerless, PartVerifier verifier, Decoding decoding, StoreStage store) {
        BackupFormat format = format(header, verifier, decoding);
        StoreStage.Xml xml;
        try {
            xml = store.xml(format);
        } catch (QubesException e) {
            if (decoding.cipher() == null) {
                throw e;
            }
            // Made by hand with a newer OpenSSL, whose default digest differs.
            format = format(header, verifier, decoding.withDerivation(OpensslCipher.Derivation.SHA256));
            xml = secondTry(store, format, e);
        }
        return new BackupReader(archive, header, headerless, cost, format, options.threads(), xml);
    }

    private static StoreStage.Xml secondTry(StoreStage store, BackupFormat format, QubesException first) {
        try {
            return store.xml(format);
        } catch (QubesException second) {
            first.addSuppressed(second);
            throw first;
        }
    }

    private BackupFormat format(BackupHeader header, PartVerifier verifier, Decoding decoding) {
        return switch (header.version()) {
            case V1, V2 -> new FormatV2(verifier, decoding, passphrase);
            case V3 -> new FormatV3(verifier, decoding, passphrase);
            case V4 -> new FormatV4(verifier, decoding.filter());
        };
    }

    private Decoding decoding(BackupHeader header) {
        OpensslCipher cipher = null;
        if (header.encrypted() && header.version() != FormatVersion.V4) {
            cipher = OpensslCipher.named(header.cryptoAlgorithm())
                    .orElseThrow(() -> new QubesException(
                            ErrorKind.CORRUPT_BACKUP,
                            "the cipher '" + SafeText.of(header.cryptoAlgorithm()) + "' is not known",
                            "AES in the modes cbc, ctr, cfb and ofb, and des-ede3-cbc can be read"));
        }
        return new Decoding(cipher, OpensslCipher.Derivation.MD5, header.compressed() ? filter(header) : null);
    }

    private @Nullable Filter filter(BackupHeader header) {
        if (options.decoder() != null) {
            return options.decoder();
        }
        return Filter.named(header.compressionFilter())
                .orElseThrow(() -> new QubesException(
                        ErrorKind.CORRUPT_BACKUP,
                        "the compression filter '" + SafeText.of(header.compressionFilter()) + "' is not known",
                        "if it is one of gzip, bzip2, xz, lzma, zstd by another name, give --decoder with that"));
    }
}
