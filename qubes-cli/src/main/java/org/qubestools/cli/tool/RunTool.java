package org.qubestools.cli.tool;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.ShellWords;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.CommandStreams;
import org.qubestools.core.runtime.PowerState;
import org.qubestools.core.runtime.QrexecClient;
import org.qubestools.core.runtime.QrexecCommand;
import org.qubestools.core.runtime.QrexecReadiness;
import org.qubestools.core.runtime.StartOptions;
import org.qubestools.core.runtime.VmStarter;
import org.qubestools.core.runtime.VmStopper;

/** {@code qvm-run}: runs a command or a service in VMs. */
public final class RunTool implements Tool {
    /** R3's word for a DisposableVM in place of a name, which no VM can have. */
    private static final String DISPOSABLE_WORD = "$dispvm";

    private static final int RED = 31;
    private static final int MAX_COLOUR = 255;

    private static final Opt<Boolean> AUTO = Opt.flag("-a", "--auto").help("start a VM that is halted");
    private static final Opt<Boolean> DISPOSABLE =
            Opt.flag("--dispvm").help("in a new DisposableVM, which goes when the command ends; it is waited for");
    private static final Opt<String> USER =
            Opt.text("USER", "-u", "--user").help("as this user of the VM (default: its default_user)");
    private static final Opt<Boolean> TRAY = Opt.flag("--tray").help("say on the desktop too what starts");
    private static final Opt<Boolean> ALL = Opt.flag("--all").help("in all running VMs but dom0");
    private static final Opt<Boolean> PAUSE = Opt.flag("--pause").help("pause VMs instead");
    private static final Opt<Boolean> UNPAUSE = Opt.flag("--unpause").help("let paused VMs go on instead");
    private static final Opt<Boolean> PASS_IO = Opt.flag("-p", "--pass-io")
            .help("join it to standard input, output and error output; wait, and leave with its exit code");
    private static final Opt<String> LOCAL =
            Opt.text("COMMAND", "--localcmd").help("with -p: join it to this command of dom0 instead");
    private static final Opt<Boolean> NO_GUI =
            Opt.flag("-n", "--nogui", "--no-gui").help("in an HVM: without a window");
    private static final Opt<Boolean> SERVICE =
            Opt.flag("--service").help("the command is the name of a qrexec service, such as qubes.GetAppmenus");
    private static final Opt<Boolean> NO_SHELL =
            Opt.flag("--no-shell").added().help("a lone COMMAND is a program too, not a line for the shell");
    private static final Opt<Boolean> FILTER = Opt.flag("--filter-escape-chars")
            .help("take out what controls terminals (default if standard output is one)");
    private static final Opt<Boolean> NO_FILTER =
            Opt.flag("--no-filter-escape-chars").help("pass it on: whatever the VM prints controls your terminal");
    private static final Opt<Integer> COLOUR = Opt.number("NUMBER", 0, MAX_COLOUR, "--color-output")
            .help("colour of its output (default: " + RED + ", red, if that is a terminal)");
    private static final Opt<Boolean> NO_COLOUR = Opt.flag("--no-color-output").help("no colour");
    private static final Opt<Integer> ERROR_COLOUR =
            Opt.number("NUMBER", 0, MAX_COLOUR, "--color-stderr").help("colour of its error output (default as above)");
    private static final Opt<Boolean> NO_ERROR_COLOUR =
            Opt.flag("--no-color-stderr").help("no colour");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-run", "run a command or a service in VMs")
                .operands("[VM] COMMAND [ARGUMENT ...]", 0, ToolSpec.ANY)
                .options(CommonOptions.QUIET, AUTO, DISPOSABLE, USER, PASS_IO, LOCAL, SERVICE, NO_SHELL, NO_GUI, TRAY)
                .options(ALL, VmTargets.EXCLUDE, PAUSE, UNPAUSE)
                .options(FILTER, NO_FILTER, COLOUR, NO_COLOUR, ERROR_COLOUR, NO_ERROR_COLOUR)
                .onlyOneOf(PAUSE, UNPAUSE)
                .onlyOneOf(DISPOSABLE, AUTO)
                .onlyOneOf(DISPOSABLE, ALL)
                .onlyOneOf(DISPOSABLE, PAUSE)
                .onlyOneOf(DISPOSABLE, UNPAUSE)
                .onlyOneOf(SERVICE, NO_SHELL)
                .onlyOneOf(FILTER, NO_FILTER)
                .onlyOneOf(COLOUR, NO_COLOUR)
                .onlyOneOf(ERROR_COLOUR, NO_ERROR_COLOUR)
                .readsStore()
                .needsSystem()
                .note(
                        "One COMMAND is a line for the shell of the VM. With ARGUMENTs each word reaches the command as it"
                                + " is; put -- in front of the VM if words begin with a dash.")
                .note(
                        "A DisposableVM is a copy of the VM that qvm-create-default-dvm made last, else of that of the default"
                                + " template; $dispvm in place of VM means --dispvm.")
                .note("Without -p the command is started, its output is lost and nobody waits for it.")
                .example("qvm-run work firefox", "start a program")
                .example("qvm-run -p work 'uname -a'", "see what it prints")
                .example("qvm-run -p -- work cat '/home/user/a b'", "a word with a blank in it")
                .example("qvm-run -p --dispvm 'file -' < strange.bin", "look at something in a VM that is thrown away")
                .exitCode(0, "started; with -p or --dispvm the exit code of the command, of several VMs the largest");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        checkUsage(args);
        if (args.has(PAUSE) || args.has(UNPAUSE)) {
            return pauseOrNot(args, ctx);
        }
        if (isDisposable(args)) {
            return runInDisposable(args, ctx);
        }
        try (Runs runs = Runs.open(args, ctx)) {
            List<String> operands = args.operands();
            List<QubesVm> vms = args.has(ALL)
                    ? VmTargets.of(args, ALL, runs, vm -> runs.system().isRunning(vm))
                    : VmNames.require(runs.store().vms(), operands.subList(0, 1));
            String command = command(args, args.has(ALL) ? operands : operands.subList(1, operands.size()));
            int largest = ExitCode.OK;
            for (QubesVm vm : vms) {
                runs.requireWanted();
                largest = Math.max(largest, runOrTell(args, ctx, runs, vm, command, vms.size() > 1));
            }
            return largest;
        }
    }

    private static void checkUsage(ParsedArguments args) {
        int operands = args.operands().size();
        if (args.has(PAUSE) || args.has(UNPAUSE)) {
            if (args.has(ALL) ? operands != 0 : operands != 1) {
                throw Usage.error("one VM, or --all, expected");
            }
        } else if (args.has(ALL) ? operands != 1 : operands < (args.has(DISPOSABLE) ? 1 : 2)) {
            throw Usage.error(
                    args.has(ALL)
                            ? "one command expected"
                            : args.has(DISPOSABLE) ? "a command expected" : "a VM and a command expected");
        }
        if (args.has(ALL) && args.has(PASS_IO) && !args.has(LOCAL)) {
            throw Usage.error("--all and --pass-io go together with --localcmd only");
        }
        if (args.has(LOCAL) && !args.has(PASS_IO)) {
            throw Usage.error("--localcmd goes with --pass-io");
        }
        VmTargets.checkExclude(args, ALL);
        if (args.has(SERVICE)
                && !args.has(ALL)
                && operands != (args.has(DISPOSABLE) ? 1 : 2)
                && !args.has(PAUSE)
                && !args.has(UNPAUSE)) {
            throw Usage.error("--service takes a VM and the name of a service");
        }
    }

    private static boolean isDisposable(ParsedArguments args) {
        return args.has(DISPOSABLE)
                || (!args.has(ALL)
                        && !args.operands().isEmpty()
                        && args.operand(0).equals(DISPOSABLE_WORD));
    }

    private static int runInDisposable(ParsedArguments args, ToolContext ctx) {
        List<String> words = args.has(DISPOSABLE)
                ? args.operands()
                : args.operands().subList(1, args.operands().size());
        String command = command(args, words);
        try (Runs runs = Runs.open(args, ctx)) {
            return DisposableRun.of(runs, ctx, vm -> {
                QrexecReadiness.require(runs.system(), vm);
                QrexecCommand wanted = wanted(args, ctx, runs, vm, command);
                QrexecClient qrexec = runs.system().commands(ctx.host().qrexec());
                return args.has(PASS_IO)
                        ? joined(args, ctx, qrexec, wanted)
                        : DisposableRun.awaited(ctx, qrexec, wanted);
            });
        }
    }

    private static int pauseOrNot(ParsedArguments args, ToolContext ctx) {
        try (Runs runs = Runs.open(args, ctx)) {
            VmStopper stopper = new VmStopper(runs.system());
            boolean pauses = args.has(PAUSE);
            VmTargets.Choice choice = vm -> pauses
                    ? runs.system().isRunning(vm) && runs.system().state(vm) != PowerState.PAUSED
                    : runs.system().state(vm) == PowerState.PAUSED;
            VmTargets.Work work = pauses ? stopper::pause : stopper::unpause;
            List<QubesVm> vms = VmTargets.of(args, ALL, runs, choice);
            return VmTargets.forEach(args, ctx, vms, pauses ? "pause" : "unpause", work);
        }
    }

    /** The line for the shell in the VM, or qrexec's word for a service. */
    private static String command(ParsedArguments args, List<String> words) {
        if (args.has(SERVICE)) {
            return QrexecCommand.service(words.get(0), "dom0");
        }
        return words.size() == 1 && !args.has(NO_SHELL) ? words.get(0) : ShellWords.quoted(words);
    }

    private static int runOrTell(
            ParsedArguments args, ToolContext ctx, Runs runs, QubesVm vm, String command, boolean several) {
        try {
            return runIn(args, ctx, runs, vm, command);
        } catch (QubesException e) {
            if (!several || VmTargets.endsAll(e)) {
                throw e;
            }
            ctx.failed(e);
            return ExitCode.of(e.kind());
        }
    }

    private static int runIn(ParsedArguments args, ToolContext ctx, Runs runs, QubesVm vm, String command) {
        if (args.has(AUTO) && runs.system().state(vm) == PowerState.HALTED) {
            String message = "Starting the '" + vm.name() + "' VM...";
            if (args.has(TRAY)) {
                Tray.tell(runs.system(), runs, message);
            }
            new VmStarter(runs.system()).start(vm, StartOptions.ORDINARY);
        }
        QrexecReadiness.require(runs.system(), vm);
        QrexecCommand wanted = wanted(args, ctx, runs, vm, command);
        QrexecClient qrexec = runs.system().commands(ctx.host().qrexec());
        if (!args.has(PASS_IO)) {
            ctx.note("Running command on VM: '" + vm.name() + "'...");
            qrexec.start(wanted);
            return ExitCode.OK;
        }
        return joined(args, ctx, qrexec, wanted);
    }

    private static QrexecCommand wanted(ParsedArguments args, ToolContext ctx, Runs runs, QubesVm vm, String command) {
        boolean filters =
                args.has(FILTER) || (!args.has(NO_FILTER) && ctx.host().outputIsTerminal());
        boolean filtersErrors =
                args.has(FILTER) || (!args.has(NO_FILTER) && ctx.host().errorIsTerminal());
        boolean nogui = args.has(NO_GUI) && vm.vmClass().isHvm();
        return new QrexecCommand(
                new VmName(vm.name()),
                args.value(USER).orElseGet(() -> runs.system().view(vm).facts().defaultUser()),
                nogui ? "nogui:" + command : command,
                args.value(LOCAL).orElse(null),
                filters && args.has(PASS_IO),
                filtersErrors && args.has(PASS_IO));
    }

    private static int joined(ParsedArguments args, ToolContext ctx, QrexecClient qrexec, QrexecCommand wanted) {
        int out = colour(args.value(COLOUR), args.has(NO_COLOUR), ctx.host().outputIsTerminal());
        int err = colour(
                args.value(ERROR_COLOUR), args.has(NO_ERROR_COLOUR), ctx.host().errorIsTerminal());
        paint(ctx.out(), out);
        paint(ctx.err(), err);
        try {
            OutputStream output = ctx.out();
            return qrexec.run(wanted, new CommandStreams(ctx.in(), output, ctx.err()));
        } finally {
            paint(ctx.out(), out < 0 ? -1 : 0);
            paint(ctx.err(), err < 0 ? -1 : 0);
        }
    }

    private static int colour(Optional<Integer> given, boolean none, boolean terminal) {
        return none ? -1 : given.orElse(terminal ? RED : -1);
    }

    /** A negative colour changes nothing; 0 is the terminal's own. */
    private static void paint(PrintStream stream, int colour) {
        if (colour >= 0) {
            stream.print(colour == 0 ? "\033[0m" : "\033[0;" + colour + "m");
        }
        stream.flush();
    }
}
