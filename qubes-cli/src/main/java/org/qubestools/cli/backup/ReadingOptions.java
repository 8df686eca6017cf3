package org.qubestools.cli.backup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.ArchiveFile;
import org.qubestools.backup.archive.CommandSource;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.backup.compress.Filter;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.Backup;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.BackupReader;
import org.qubestools.backup.format.DirectoryBackup;
import org.qubestools.backup.format.PassResult;
import org.qubestools.backup.format.ReadOptions;
import org.qubestools.backup.vm.VmArchive;
import org.qubestools.backup.vm.VmBackupSource;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.ProgressOutput;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Progress;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.QrexecClient;

/** The options that say how a backup is read, and the opening of one. */
public final class ReadingOptions {
    public static final Opt<Boolean> ENCRYPTED =
            Opt.flag("-e", "--encrypted").help("a backup without header (R2 beta 3) is encrypted");
    public static final Opt<Boolean> COMPRESSED =
            Opt.flag("-z", "--compressed").help("a backup without header (R2 beta 3) is compressed");
    public static final Opt<Long> MEMORY = Opt.value(ByteSize.CONVERTER, "SIZE", "--memory")
            .help("what chunks and key derivations may take together (default: 512M)");
    public static final Opt<String> DECODER = Opt.choice(
                    "NAME", List.of("gzip", "bzip2", "xz", "lzma", "zstd"), "--decoder", "--compression-filter")
            .added()
            .help("decompress with NAME, whatever the header says");
    public static final Opt<Boolean> ALLOW_MD5 =
            Opt.flag("--allow-md5").help("accept a backup that only MD5 authenticates");
    public static final Opt<Boolean> NO_KDF_LIMIT =
            Opt.flag("--no-kdf-limit").help("accept a key derivation of any duration");
    public static final Opt<String> TMPDIR = Opt.file("DIR", "--tmpdir")
            .help("where chunks of more than 128 MiB wait (default: the target, or /var/tmp)");

    public static final Opt<String> FROM_COMMAND = Opt.text("CMD", "--from-command")
            .help("read the backup that the shell command CMD prints; then there is no operand FILE");
    public static final Opt<String> DEST_VM = Opt.text("VM", "-d", "--dest-vm")
            .help("read the backup from VM; the operand is then a file or command there");

    private static final long MIB = 1 << 20;
    /** What this process needs beside chunks and derivations. */
    private static final long OTHER_MEMORY = 96 * MIB;

    private ReadingOptions() {}

    /** The options; {@code target} is where large chunks wait unless the user names a place. */
    public static ReadOptions of(ParsedArguments args, ToolContext ctx, @Nullable Path target) {
        Path place = Path.of(args.value(TMPDIR).orElseGet(() -> target == null ? "/var/tmp" : target.toString()));
        long memory = args.value(MEMORY).orElse(ReadOptions.DEFAULT_MEMORY);
        long most = ctx.host().maxMemory();
        if (most != Long.MAX_VALUE && memory > most - OTHER_MEMORY) {
            if (args.has(MEMORY)) {
                throw new QubesException(
                        ErrorKind.FAILED,
                        "this Java runtime may use " + most / MIB + " MiB in all, too little for --memory",
                        "start it with java -Xmx" + (memory + 2 * OTHER_MEMORY) / MIB + "m");
            }
            memory = Math.max(most - OTHER_MEMORY, most / 2);
        }
        return new ReadOptions(
                memory,
                ctx.host().processors(),
                args.has(ENCRYPTED),
                args.has(COMPRESSED),
                args.value(DECODER).flatMap(Filter::named).orElse(null),
                args.has(ALLOW_MD5),
                args.has(NO_KDF_LIMIT),
                place);
    }

    /** A backup opened for one command, with what was said against its outer archive on the way. */
    public static final class Opened implements AutoCloseable {
        private final Backup backup;
        private final @Nullable Passphrase passphrase;
        private final List<String> rejections;

        Opened(Backup backup, @Nullable Passphrase passphrase, List<String> rejections) {
            this.backup = backup;
            this.passphrase = passphrase;
            this.rejections = rejections;
        }

        public Backup backup() {
            return backup;
        }

        /** Members that were skipped although the format has no such ones; complete after the data were read. */
        public List<String> rejections() {
            return List.copyOf(rejections);
        }

        /**
         * Reads data; a signal to the process ends that soon, whatever the source does.
         *
         * @throws QubesException CANCELLED then
         */
        PassResult read(List<BackupItem> items, ArchiveHandler handler, ToolContext ctx) {
            try (Host.Registration guard = ctx.host().onInterrupt(Thread.currentThread()::interrupt)) {
                return backup.read(items, handler);
            } catch (QubesException e) {
                throw Thread.interrupted() ? new QubesException(ErrorKind.CANCELLED, "interrupted", null, e) : e;
            }
        }

        @Override
        public void close() {
            backup.close();
            if (passphrase != null) {
                passphrase.close();
            }
        }
    }

    /** True if a command, not an operand, says where the backup is. */
    public static boolean isFromCommand(ParsedArguments args) {
        return args.has(FROM_COMMAND);
    }

    /**
     * Opens a file, a format 1 directory, standard input for {@code -}, or what the options name; the caller closes it.
     *
     * @param location not looked at with {@link #FROM_COMMAND}
     * @param target where large chunks wait; null for the place of temporary files
     */
    public static Opened open(String location, ParsedArguments args, ToolContext ctx, @Nullable Path target) {
        boolean isFile = !args.has(FROM_COMMAND) && !args.has(DEST_VM);
        boolean isInput = isFile && location.equals("-");
        if (args.has(FROM_COMMAND) && args.has(DEST_VM)) {
            throw Usage.error("--from-command and --dest-vm exclude each other");
        }
        if (isInput && args.value(PassphraseOptions.FILE).filter("-"::equals).isPresent()) {
            throw Usage.error("standard input cannot give both the backup and the passphrase");
        }
        Path path = Path.of(isFile ? location : "");
        if (isFile && !isInput) {
            requireThere(path, location);
            if (Files.isDirectory(path)) {
                return openDirectory(path, ctx);
            }
        }
        Passphrase passphrase = PassphraseOptions.read(args, ctx);
        Backup backup = null;
        List<String> rejections = new ArrayList<>();
        try {
            MemberSource members = members(location, args, ctx, rejections);
            backup = BackupReader.open(members, passphrase, of(args, ctx, target), ctx::warn);
            backup.contents().leftOut().forEach(ctx::warn);
            return new Opened(backup, passphrase, rejections);
        } finally {
            if (backup == null) {
                rejections.forEach(ctx::warn); // such as the words of the command that gave no backup
                passphrase.close();
            }
        }
    }

    /** What to throw if a VM is to take or give a backup although the user wants nothing of the running system. */
    static QubesException offline() {
        return new QubesException(
                ErrorKind.OFFLINE, "a backup in a VM needs the running system", "leave out --offline-mode");
    }

    private static QrexecClient commands(ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.open(args, ctx)) {
            return session.commands();
        }
    }

    /** How far reading is, for whoever watches. */
    static Progress progress(ParsedArguments args, ToolContext ctx) {
        return ProgressOutput.of(
                ctx.status(), ctx.isJson(), ctx.host().errorIsTerminal(), args.has(CommonOptions.QUIET));
    }

    private static void requireThere(Path path, String location) {
        if (!Files.exists(path)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "there is no " + SafeText.of(location),
                    "name a backup file, or the directory of a backup of format 1");
        }
    }

    private static Opened openDirectory(Path path, ToolContext ctx) {
        if (!DirectoryBackup.isOne(path)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    SafeText.of(path.toString()) + " is a directory without a qubes.xml, so no backup of format 1",
                    "name a backup file, or the directory of a backup of format 1");
        }
        Backup backup = DirectoryBackup.open(path);
        backup.contents().leftOut().forEach(ctx::warn);
        return new Opened(backup, null, List.of());
    }

    /** The members of the outer archive that is there; see {@link #open}. */
    static MemberSource members(String location, ParsedArguments args, ToolContext ctx, List<String> rejections) {
        Optional<String> command = args.value(FROM_COMMAND);
        if (command.isPresent()) {
            return new CommandSource(command.get(), rejections::add, ctx::warn);
        }
        Optional<String> vm = args.value(DEST_VM);
        if (vm.isPresent()) {
            if (args.has(CommonOptions.OFFLINE)) {
                throw offline();
            }
            VmBackupSource source = new VmBackupSource(commands(args, ctx), new VmName(vm.get()), location);
            return new VmArchive(
                    source, args.has(RestoreOpts.IGNORE_SIZE), "give --ignore-size-limit", rejections::add);
        }
        if (!location.equals("-")) {
            requireThere(Path.of(location), location);
        }
        try {
            return location.equals("-")
                    ? ArchiveFile.ofStream(ctx.in(), rejections::add, ctx::warn)
                    : ArchiveFile.open(Path.of(location), rejections::add, ctx::warn);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
