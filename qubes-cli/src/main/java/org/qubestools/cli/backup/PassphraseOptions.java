package org.qubestools.cli.backup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.cli.frame.InputFiles;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Subprocess;

/** Where a passphrase comes from: file, descriptor, command, terminal. It is never in an argument or the environment. */
public final class PassphraseOptions {
    public static final Opt<String> FILE = Opt.file("FILE", "-p", "--passphrase-file")
            .help("read the passphrase from the first line of FILE, - for standard input");
    public static final Opt<Integer> FD = Opt.number("N", 0, 65535, "--passphrase-fd")
            .added()
            .help("read the passphrase from the first line of file descriptor N");
    public static final Opt<String> COMMAND = Opt.text("CMD", "--passphrase-command")
            .added()
            .help("read the passphrase from the first line that the shell command CMD prints");

    private PassphraseOptions() {}

    /** True if one of the options says where it is, so that nobody is to be asked anything. */
    public static boolean isGiven(ParsedArguments args) {
        return args.has(FILE) || args.has(FD) || args.has(COMMAND);
    }

    /** The passphrase of an existing backup; the caller closes it. */
    public static Passphrase read(ParsedArguments args, ToolContext ctx) {
        Passphrase given = given(args, ctx);
        return given != null ? given : typed(ctx, "Enter the passphrase of the backup: ");
    }

    /** The passphrase of a new backup, typed twice unless an option says where it is; never empty. */
    public static Passphrase readNew(ParsedArguments args, ToolContext ctx) {
        Passphrase first = given(args, ctx);
        if (first == null) {
            first = typed(ctx, "Choose a passphrase for the backup: ");
            try (Passphrase second = typed(ctx, "Type it again: ")) {
                if (!first.isSameAs(second)) {
                    first.close();
                    throw new QubesException(
                            ErrorKind.INVALID_VALUE, "the two passphrases differ", "nothing was written; try again");
                }
            }
        }
        if (first.isEmpty()) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "the passphrase is empty", "choose a longer one");
        }
        return first;
    }

    private static @Nullable Passphrase given(ParsedArguments args, ToolContext ctx) {
        Optional<String> file = args.value(FILE);
        try {
            if (file.isPresent()) {
                if (file.get().equals("-")) {
                    return firstLine(ctx.in());
                }
                try (InputStream in = InputFiles.open(file.get(), ctx)) {
                    return firstLine(in);
                }
            }
            if (args.has(FD)) {
                try (InputStream in =
                        Files.newInputStream(Path.of("/dev/fd/" + args.value(FD).orElseThrow()))) {
                    return firstLine(in);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return args.value(COMMAND).map(PassphraseOptions::ofCommand).orElse(null);
    }

    private static Passphrase ofCommand(String command) {
        Subprocess.Result result = Subprocess.of("/bin/sh", "-c", command)
                .withOurInput()
                .withOutputLimit(Passphrase.MAX_BYTES * 2)
                .run();
        result.requireSuccess();
        return Passphrase.ofFirstLine(result.stdout());
    }

    /** Byte by byte, so that nothing behind the line is taken. */
    private static Passphrase firstLine(InputStream in) throws IOException {
        Line line = new Line();
        int b = in.read();
        while (b >= 0 && b != '\n' && line.size() <= Passphrase.MAX_BYTES) {
            line.write(b);
            b = in.read();
        }
        byte[] content = line.toByteArray();
        line.wipe();
        return Passphrase.ofFirstLine(content);
    }

    private static final class Line extends ByteArrayOutputStream {
        Line() {
            super(Passphrase.MAX_BYTES + 2); // never grows, so that no copy stays behind
        }

        void wipe() {
            Arrays.fill(buf, (byte) 0);
        }
    }

    private static Passphrase typed(ToolContext ctx, String prompt) {
        char[] typed = ctx.host().readPassword(prompt);
        if (typed == null) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "there is no terminal to ask for the passphrase",
                    "give it with --passphrase-file, --passphrase-fd or --passphrase-command");
        }
        try {
            return Passphrase.ofTyped(typed);
        } finally {
            Arrays.fill(typed, '\0');
        }
    }
}
