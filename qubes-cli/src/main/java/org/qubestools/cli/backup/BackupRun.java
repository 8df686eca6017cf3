package org.qubestools.cli.backup;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.create.BackupJob;
import org.qubestools.backup.create.BackupPlan;
import org.qubestools.backup.create.BackupPlanner;
import org.qubestools.backup.create.BackupSelection;
import org.qubestools.backup.create.BackupTarget;
import org.qubestools.backup.create.CommandTarget;
import org.qubestools.backup.create.Extents;
import org.qubestools.backup.create.FileTarget;
import org.qubestools.backup.create.PlannedBackup;
import org.qubestools.backup.create.StoreMarks;
import org.qubestools.backup.create.StreamTarget;
import org.qubestools.backup.create.WriteFormat;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.format.R4QubesXml;
import org.qubestools.backup.format.ReadOptions;
import org.qubestools.backup.pipeline.SpillSpace;
import org.qubestools.backup.vm.VmBackupTarget;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.RootRule;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.SizeText;
import org.qubestools.core.Dom0User;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.store.StoreSnapshot;

/** One run of {@code qvm-backup}. */
public final class BackupRun {
    public static final Opt<String> EXCLUDE = Opt.text("VM", "-x", "--exclude")
            .help("leave VM out (may be given several times)")
            .repeatable();
    public static final Opt<String> DEST_VM = Opt.text("VM", "-d", "--dest-vm")
            .help("send the backup to VM; the target is then a directory or command there; implies -e");
    public static final Opt<String> TO_COMMAND =
            Opt.text("CMD", "--to-command").help("send the backup to the shell command CMD; all operands are then VMs");

    private static final DateTimeFormatter FILE_TIME =
            DateTimeFormatter.ofPattern("'qubes-'yyyy-MM-dd'T'HHmmss", Locale.ROOT);

    private final ParsedArguments args;
    private final ToolContext ctx;
    private final Session session;
    private final WriteFormat format;
    private final @Nullable String target;
    private final List<String> names;
    private final Instant now;

    private BackupRun(
            ParsedArguments args,
            ToolContext ctx,
            Session session,
            WriteFormat format,
            @Nullable String target,
            List<String> names) {
        this.args = args;
        this.ctx = ctx;
        this.session = session;
        this.target = target;
        this.names = names;
        this.format = format;
        this.now = ctx.clock().instant();
    }

    /**
     * Does it and returns the exit code.
     *
     * @param agreed called once it is clear what is backed up, and nobody objected; before anything is written
     */
    public static int run(ParsedArguments args, ToolContext ctx, Runnable agreed) {
        List<String> operands = args.operands();
        boolean toCommand = args.has(TO_COMMAND);
        if (!toCommand && (operands.isEmpty() || operands.get(0).isEmpty())) {
            throw Usage.error("name where the backup goes: a directory, a file, or - for standard output");
        }
        if (toCommand && args.has(DEST_VM)) {
            throw Usage.error("--to-command and --dest-vm exclude each other");
        }
        if (args.has(DEST_VM) && args.has(CommonOptions.OFFLINE)) {
            throw ReadingOptions.offline();
        }
        String target = toCommand ? null : operands.get(0);
        List<String> names = toCommand ? operands : operands.subList(1, operands.size());
        WriteFormat format = WritingOptions.format(args, args.has(DEST_VM));
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        try (Session session = Session.open(args, ctx)) {
            return new BackupRun(args, ctx, session, format, target, names).run(agreed);
        }
    }

    private int run(Runnable agreed) {
        StoreSnapshot store = session.qubes().load();
        Optional<Dom0User> user = Dom0User.find(session.config());
        BackupSelection selection = selection(store.vms(), user);
        for (String note : selection.notes()) {
            ctx.note(note);
        }
        VmStatuses statuses = VmStatuses.look(session.qubes().vmm(), session.config());
        Path home = user.map(Dom0User::home).orElse(null);
        BackupPlan plan = new BackupPlanner(store.vms(), store.pools(), session.config(), home)
                .plan(selection, format.layout(), statuses::isRunning);
        summary(plan);
        plan.requireHalted();
        Path file = file();
        checkSpace(plan, file);
        if (!format.isV4() && format.compression() == null) {
            ctx.note(
                    "in format 3 without compression nobody can tell when chunks were exchanged; -z makes that visible");
        }
        for (Path left : file == null ? List.<Path>of() : FileTarget.unfinished(file)) {
            ctx.warn(SafeText.of(left.toString())
                    + " is a backup that was not finished; delete it if no other backup is running");
        }
        if (args.has(CommonOptions.DRY_RUN)) {
            report("backup-plan", plan, file);
            return 0;
        }
        if (!confirmed()) {
            return 0;
        }
        agreed.run();
        Path made;
        try (Passphrase passphrase = PassphraseOptions.readNew(args, ctx);
                Host.Registration guard = ctx.host().onInterrupt(Thread.currentThread()::interrupt)) {
            made = write(plan, store, file, passphrase);
        }
        Thread.interrupted(); // the backup is complete: too late to cancel it, and its marks belong to it
        session.qubes().edit(List.of(StoreMarks.of(plan, now)), false);
        report("backup", plan, made);
        return 0;
    }

    private BackupSelection selection(VmCollection vms, Optional<Dom0User> user) {
        List<String> excludes = new ArrayList<>(args.values(EXCLUDE));
        if (names.isEmpty() && user.isEmpty() && !excludes.contains("dom0")) {
            excludes.add("dom0");
            ctx.note("there is no dom0 user (no member of the group '"
                    + session.config().group() + "'), so no home is in the backup");
        }
        return BackupSelection.of(vms, names, excludes, args.value(DEST_VM).orElse(null));
    }

    private void summary(BackupPlan plan) {
        if (ctx.isJson()) {
            return;
        }
        // Standard output may be where the backup goes.
        PrintStream free = "-".equals(target) ? ctx.err() : ctx.out();
        free.append(BackupReport.table(plan)).flush();
    }

    /** For scripts, unless standard output is where the backup goes. */
    private void report(String type, BackupPlan plan, @Nullable Path file) {
        if (!ctx.isJson() || "-".equals(target)) {
            return;
        }
        ctx.json(BackupReport.json(type, plan, format, file));
    }

    /** The file to write; null if the backup goes elsewhere. */
    private @Nullable Path file() {
        if (target == null || target.equals("-") || args.has(DEST_VM)) {
            return null;
        }
        Path path = Path.of(target).toAbsolutePath();
        if (Files.isDirectory(path)) {
            return path.resolve(FILE_TIME.withZone(ctx.zone()).format(now));
        }
        Path parent = path.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "there is no directory " + SafeText.of(String.valueOf(parent)) + " to write the backup into",
                    "make it, or name another target");
        }
        return path;
    }

    private void checkSpace(BackupPlan plan, @Nullable Path file) {
        Path parent = file == null ? null : file.getParent();
        if (parent == null || (file != null && Files.exists(file) && !Files.isRegularFile(file))) {
            return;
        }
        try {
            long room = Files.getFileStore(parent).getUsableSpace();
            if (room >= plan.size()) {
                return;
            }
            String message = SafeText.of(parent.toString()) + " has room for " + SizeText.oneDecimal(room)
                    + ", the backup takes up to " + SizeText.oneDecimal(plan.size());
            if (format.compression() == null) {
                throw new QubesException(ErrorKind.FAILED, message, "make room, or compress with -z");
            }
            ctx.warn(message + " before compression");
        } catch (IOException e) {
            // In a chroot whose root is no mount point Java finds no file system: then a full one ends the writing.
        }
    }

    private boolean confirmed() {
        boolean unasked = args.has(BackupProfile.YES) || PassphraseOptions.isGiven(args);
        return unasked || Question.yes("Do you want to proceed? [y/N] ", ctx);
    }

    /** The file that was made; null if the backup went elsewhere. */
    private @Nullable Path write(BackupPlan plan, StoreSnapshot store, @Nullable Path file, Passphrase passphrase) {
        byte[] xml = format.isV4() ? r4Store(plan, store) : r3Store(plan);
        ReadOptions space = ReadingOptions.of(args, ctx, file == null ? null : file.getParent());
        BackupJob.Settings settings = new BackupJob.Settings(
                space.memory(),
                ctx.host().processors(),
                Extents.ofSystem(),
                new SpillSpace(space.tmpdir()),
                now,
                ProcessHandle.current().pid(),
                ReadingOptions.progress(args, ctx),
                ctx::warn);
        try (BackupTarget opened = open(file)) {
            new BackupJob(format, settings, passphrase).run(plan, xml, opened);
            opened.finish();
            ctx.note("the backup is complete: " + opened.shown());
            return opened instanceof FileTarget written ? written.file() : null;
        }
    }

    private BackupTarget open(@Nullable Path file) {
        Optional<String> command = args.value(TO_COMMAND);
        if (command.isPresent()) {
            return CommandTarget.start(command.get());
        }
        Optional<String> vm = args.value(DEST_VM);
        if (vm.isPresent()) {
            return new VmTarget(
                    VmBackupTarget.open(session.commands(), new VmName(vm.get()), String.valueOf(target)), vm.get());
        }
        if (file == null) {
            return new StreamTarget(ctx.host().binaryOutput(ctx.out()));
        }
        boolean isOurName = Files.isDirectory(Path.of(String.valueOf(target)));
        return isOurName ? FileTarget.createNew(file, FileLayer.system()) : FileTarget.create(file, FileLayer.system());
    }

    private byte[] r3Store(BackupPlan plan) {
        return session.qubes().preview(List.of(StoreMarks.of(plan, null)));
    }

    private byte[] r4Store(BackupPlan plan, StoreSnapshot store) {
        Map<Integer, R4QubesXml.Place> places = new HashMap<>();
        Map<Integer, byte[]> firewalls = new HashMap<>();
        for (PlannedBackup vm : plan.vms()) {
            places.put(vm.vm().qid(), new R4QubesXml.Place(vm.path(), vm.storedSize()));
            String rules = vm.isHome() ? null : new VmFiles(store.vms(), vm.vm(), store.pools()).firewall();
            Path path = rules == null ? null : session.config().real(rules);
            if (path != null && Files.isRegularFile(path)) {
                try {
                    firewalls.put(vm.vm().qid(), Files.readAllBytes(path));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return R4QubesXml.write(store.vms(), places, firewalls);
    }
}
