package org.qubestools.cli.backup;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.compress.Filter;
import org.qubestools.backup.create.WriteFormat;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.OpensslCipher;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.io.SafeText;

/** The options that say in which format a backup is written. */
public final class WritingOptions {
    public static final Opt<Boolean> ENCRYPT =
            Opt.flag("-e", "--encrypt").help("encrypt the backup (format 4 always does)");
    public static final Opt<Boolean> NO_ENCRYPT =
            Opt.flag("--no-encrypt").help("do not encrypt, even for a VM as target; implies --format 3");
    public static final Opt<String> CIPHER = Opt.text("CIPHER", "-E", "--enc-algo")
            .help("encrypt with this cipher of OpenSSL, aes-256-cbc say; implies -e and --format 3");
    public static final Opt<String> DIGEST = Opt.text("DIGEST", "-H", "--hmac-algo")
            .help("authenticate with this digest of OpenSSL, SHA512 say; implies --format 3");
    public static final Opt<Boolean> COMPRESS =
            Opt.flag("-z", "--compress").help("compress with gzip (format 4 does unless told otherwise)");
    public static final Opt<String> FILTER = Opt.text("PROGRAM", "-Z", "--compress-filter")
            .help("compress as PROGRAM does: gzip, zstd, bzip2, xz, none, or any program that is a filter");
    /** Of gzip where the user names no compression: two thirds of the time of level 6 for one percent more. */
    private static final int UNASKED_LEVEL = 4;

    public static final Opt<Integer> LEVEL = Opt.number("N", 1, 19, "--level")
            .help("level of the compression (default: the program's own; 4 where none was asked for)");
    public static final Opt<String> FORMAT = Opt.choice("VERSION", List.of("3", "4"), "--format")
            .added()
            .help("4 (default) for R4 and this tool, 3 for R3");
    public static final Opt<Integer> SCRYPT_COST = Opt.number("LOG2N", 10, 22, "--scrypt-cost")
            .help("cost of guessing the passphrase of format 4: N = 2^LOG2N, 2^(LOG2N-10) MiB (default: 17)");

    private static final int SCRYPT_R = 8;

    private WritingOptions() {}

    /**
     * The format that the options ask for.
     *
     * @param toVm a VM is the target, to which nothing goes unencrypted unless asked for
     */
    static WriteFormat format(ParsedArguments args, boolean toVm) {
        boolean plain = args.has(NO_ENCRYPT);
        boolean impliesThree = plain || args.has(CIPHER) || args.has(DIGEST);
        if (plain && args.has(CIPHER)) {
            throw Usage.error("--no-encrypt and --enc-algo exclude each other");
        }
        String named = args.value(FORMAT).orElse(impliesThree ? "3" : "4");
        if (named.equals("4")) {
            if (impliesThree) {
                throw Usage.error("format 4 has its own encryption: --no-encrypt, -E and -H go with --format 3 only");
            }
            int cost = args.value(SCRYPT_COST).orElse(ScryptCost.DEFAULT.log2N());
            return new WriteFormat(
                    FormatVersion.V4,
                    null,
                    HmacDigest.SHA512,
                    compression(args, "gzip"),
                    new ScryptCost(cost, SCRYPT_R, 1),
                    WriteFormat.CHUNK_SIZE);
        }
        if (args.has(SCRYPT_COST)) {
            throw Usage.error("--scrypt-cost goes with format 4 only");
        }
        boolean encrypted = !plain && (toVm || args.has(ENCRYPT) || args.has(CIPHER));
        return new WriteFormat(
                FormatVersion.V3,
                encrypted ? cipher(args) : null,
                digest(args),
                compression(args, args.has(COMPRESS) ? "gzip" : "none"),
                ScryptCost.DEFAULT,
                WriteFormat.CHUNK_SIZE);
    }

    private static OpensslCipher cipher(ParsedArguments args) {
        String name = args.value(CIPHER).orElse(OpensslCipher.DEFAULT_NAME);
        return OpensslCipher.named(name)
                .orElseThrow(() -> Usage.error("the cipher '" + SafeText.of(name)
                        + "' cannot be used; AES in the modes cbc, ctr, cfb and ofb, and des-ede3-cbc can"));
    }

    private static HmacDigest digest(ParsedArguments args) {
        String name = args.value(DIGEST).orElse(HmacDigest.SHA512.opensslName());
        return HmacDigest.named(name)
                .filter(digest -> digest != HmacDigest.MD5)
                .orElseThrow(() -> Usage.error("the digest '" + SafeText.of(name)
                        + "' cannot be used; SHA512, SHA384, SHA256, SHA224, SHA1, RIPEMD160 and whirlpool can"));
    }

    private static WriteFormat.@Nullable Compression compression(ParsedArguments args, String otherwise) {
        Optional<String> asked = args.value(FILTER);
        String program = asked.orElse(otherwise);
        if (program.equals("none")) {
            if (args.has(COMPRESS)) {
                throw Usage.error("-z and -Z none exclude each other");
            }
            requireLevel(args, 0, "without compression");
            return null;
        }
        if (program.isEmpty() || !program.matches("[A-Za-z0-9-]{1,64}") || program.startsWith("-")) {
            throw Usage.error("the filter '" + SafeText.of(program) + "' is not the plain name of a program");
        }
        int usual = asked.isEmpty() && !args.has(COMPRESS) ? UNASKED_LEVEL : 0;
        WriteFormat.Compression made =
                WriteFormat.Compression.of(program, args.value(LEVEL).orElse(usual));
        if (made.filter() == null) {
            requireLevel(args, 0, "with a program that is not known");
        } else {
            requireLevel(args, made.filter() == Filter.ZSTD ? 19 : 9, "with " + made.program());
        }
        return made;
    }

    private static void requireLevel(ParsedArguments args, int most, String when) {
        if (args.value(LEVEL).orElse(0) > most) {
            throw Usage.error(most == 0 ? "--level has no meaning " + when : "--level goes up to " + most + " " + when);
        }
    }
}
