package org.qubestools.cli.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.cli.frame.InputFiles;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.OptparseDialect;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.AtomicFile;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.SafeText;

/**
 * What {@code qvm-backup} was told, kept in a file for the next time: a word of the command line on each line, options
 * first, then {@code --}, the target and the VMs; lines that begin with # are remarks. A passphrase is never in it, the
 * name of its file is.
 */
public final class BackupProfile {
    public static final Opt<Boolean> YES = Opt.flag("-y", "--yes").help("do not ask whether to proceed");
    public static final Opt<String> PROFILE = Opt.file("FILE", "--profile")
            .help("take the options and operands in FILE too; operands given here take the place of all of those");
    public static final Opt<String> SAVE =
            Opt.file("FILE", "--save-profile").help("keep the options and operands of this backup in FILE");

    private static final String END_OF_OPTIONS = "--";
    private static final int MAX_BYTES = 1 << 20;
    private static final int MODE = 0600;

    private BackupProfile() {}

    /** The arguments with those of the profile, if one is named; what excludes each other is a usage error. */
    public static ParsedArguments with(ParsedArguments args, ToolSpec spec, ToolContext ctx) {
        if (!args.has(PROFILE)) {
            return args;
        }
        ParsedArguments kept = parsed(args.value(PROFILE).orElseThrow(), spec, ctx);
        List<String> words = kept.optionWords(kept(spec));
        List<Opt<?>> all = new ArrayList<>(spec.ownOptions());
        all.addAll(spec.commonOptions());
        words.addAll(args.optionWords(all));
        words.add(END_OF_OPTIONS);
        words.addAll(args.operands().isEmpty() ? kept.operands() : args.operands());
        return OptparseDialect.parse(spec, words);
    }

    /** What the file says. Operands have their line before them, so that no other file is taken for names of VMs. */
    private static ParsedArguments parsed(String untrustedFile, ToolSpec spec, ToolContext ctx) {
        List<String> words = read(untrustedFile, ctx);
        ParsedArguments kept;
        try {
            kept = OptparseDialect.parse(spec, words);
        } catch (QubesException e) {
            throw noProfile(untrustedFile, String.valueOf(e.getMessage()));
        }
        if (!kept.operands().isEmpty() && !words.contains(END_OF_OPTIONS)) {
            throw noProfile(
                    untrustedFile,
                    "there is no line '" + END_OF_OPTIONS + "' before '" + SafeText.of(kept.operand(0)) + "'");
        }
        return kept;
    }

    private static QubesException noProfile(String untrustedFile, String why) {
        return new QubesException(
                ErrorKind.INVALID_VALUE,
                SafeText.of(untrustedFile) + " is no profile: " + why,
                "make one with --save-profile");
    }

    /** Options that may be in a profile: none that gives or makes a passphrase, or is about one run. */
    private static List<Opt<?>> kept(ToolSpec spec) {
        List<Opt<?>> kept = new ArrayList<>(spec.ownOptions());
        kept.removeAll(List.of(PROFILE, SAVE, CommonOptions.QUIET, PassphraseOptions.FD, PassphraseOptions.COMMAND));
        return kept;
    }

    private static List<String> read(String untrustedFile, ToolContext ctx) {
        try (InputStream in = InputFiles.open(untrustedFile, ctx)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw noProfile(untrustedFile, "it is longer than " + MAX_BYTES + " bytes");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            List<String> words = new ArrayList<>();
            for (String line : text.lines().toList()) {
                if (!line.isEmpty() && !line.startsWith("#")) {
                    words.add(line);
                }
            }
            return words;
        } catch (CharacterCodingException e) {
            throw noProfile(untrustedFile, "it is no text in UTF-8");
        } catch (IOException e) {
            throw failed(untrustedFile, e);
        }
    }

    /** Keeps the arguments, if that is asked for. */
    public static void save(ParsedArguments args, ToolSpec spec) {
        if (!args.has(SAVE)) {
            return;
        }
        String untrustedFile = args.value(SAVE).orElseThrow();
        List<String> words = args.optionWords(kept(spec));
        words.add(END_OF_OPTIONS);
        words.addAll(args.operands());
        StringBuilder text = new StringBuilder("# what qvm-backup was told; one word a line\n");
        for (String word : words) {
            if (word.isEmpty() || word.startsWith("#") || word.indexOf('\n') >= 0 || word.indexOf('\r') >= 0) {
                throw new QubesException(
                        ErrorKind.INVALID_VALUE, "'" + SafeText.of(word) + "' cannot be kept in a profile", null);
            }
            text.append(word).append('\n');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        try {
            AtomicFile.replace(
                    FileLayer.system(), Path.of(untrustedFile).toAbsolutePath(), bytes, MODE, Ownership.leftAlone());
        } catch (IOException e) {
            throw failed(untrustedFile, e);
        }
    }

    private static QubesException failed(String untrustedFile, IOException e) {
        return new QubesException(
                ErrorKind.FAILED, SafeText.of(untrustedFile) + ": " + IoReason.of(e), IoReason.advice(e), e);
    }
}
