package org.qubestools.cli.qubesdb;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.OptparseDialect;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.PicocliModel;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * {@code qubesdb-read} and its like, and {@code qubesdb-cmd}, which does what they do. Options, messages and exit codes
 * are those of the original 4.3.3, but for its slips.
 */
public final class DbTool implements Tool {
    /** Null for {@code qubesdb-cmd}, which has it from its first option. */
    private final @Nullable DbCommand command;

    private DbTool(@Nullable DbCommand command) {
        this.command = command;
    }

    /** {@code qubesdb-WORD}; of {@code cmd} the tool for any command. */
    public static DbTool of(String word) {
        return new DbTool(DbCommand.of(word).orElse(null));
    }

    @Override
    public ToolSpec spec() {
        ToolSpec spec = command == null ? specOfAny() : specOf(command);
        if (command == null || command == DbCommand.READ || command == DbCommand.MULTIREAD) {
            spec.note("Bytes of values below 0x20 and from 0x80 are shown as \\xhh, unless -r is given.");
        }
        return spec.likeGetopt(DbOptions.USAGE)
                .exitCode(1, "a path was refused, or there is no daemon; wrong options or operands");
    }

    private static ToolSpec specOfAny() {
        return withCommons(new ToolSpec("qubesdb-cmd", "do what the other tools for QubesDB do")
                        .options(DbOptions.COMMAND))
                .operands("[PATH ...]", 0, ToolSpec.ANY)
                .options(DbOptions.WAIT, DbOptions.REMOVE, DbOptions.DEFAULT, DbOptions.COMPAT, DbOptions.COUNT)
                .note("Commands: read, write, rm, multiread, list, watch.")
                .example("qubesdb-cmd -c read -d work /name", "as qubesdb-read -d work /name")
                .exitCode(2, "a key to be read is missing");
    }

    private static ToolSpec specOf(DbCommand command) {
        String name = "qubesdb-" + command.word();
        ToolSpec spec =
                withCommons(new ToolSpec(name, command.purpose())).operands(command.operands(), 0, ToolSpec.ANY);
        return switch (command) {
            case READ ->
                spec.options(DbOptions.WAIT, DbOptions.REMOVE, DbOptions.DEFAULT, DbOptions.COMPAT)
                        .example(name + " -d work /name", "the value of a key of the domain work")
                        .example(name + " -d work -w /qubes-tools/version", "the same, once it is there")
                        .exitCode(2, "a key is missing");
            case WRITE -> ignored(spec).example(name + " -d work /qubes-block-devices ''", "wakes who watches the key");
            case REMOVE -> ignored(spec).example(name + " -d work /qubes-iptables-domainrules/", "all keys below it");
            case MULTIREAD -> ignored(spec).example(name + " -d work /qubes-service/", "all services");
            case LIST -> ignored(spec).example(name + " -d work /", "all keys");
            case WATCH ->
                ignored(spec.options(DbOptions.COUNT))
                        .note("When the daemon is replaced by another, a note says so, and the watch goes on there.")
                        .example(name + " -d work -n -1 /qubes-block-devices", "each change of the key");
        };
    }

    private static ToolSpec withCommons(ToolSpec spec) {
        return spec.options(DbOptions.DOMAIN, DbOptions.FULL_PATH, DbOptions.RAW, DbOptions.QUIET);
    }

    /** Options for reading, which mean nothing here and are taken all the same. */
    private static ToolSpec ignored(ToolSpec spec) {
        return spec.options(DbOptions.NO_WAIT, DbOptions.NO_REMOVE, DbOptions.NO_COMPAT);
    }

    @Override
    public ParsedArguments parse(ToolSpec spec, List<String> untrustedWords) {
        if (untrustedWords.isEmpty()) {
            return OptparseDialect.parse(spec, DbOptions.USAGE.names());
        }
        ParsedArguments args = OptparseDialect.parse(spec, untrustedWords);
        List<Opt<?>> given = args.given();
        int last = given.lastIndexOf(DbOptions.COMMAND);
        if (last > 0 || (last == 0 && !untrustedWords.get(0).startsWith("-c"))) {
            throw Usage.error("option '-c' comes first");
        }
        return args;
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        if (args.has(DbOptions.USAGE) || (command == null && !args.has(DbOptions.COMMAND))) {
            return usage(ctx, ExitCode.OK);
        }
        DbCommand wanted = command;
        if (wanted == null) {
            wanted = args.value(DbOptions.COMMAND).flatMap(DbCommand::of).orElse(null);
        }
        if (wanted == null) {
            return usage(ctx, ExitCode.FAILED);
        }
        check(wanted, args);
        try (DbRun run = new DbRun(args, ctx)) {
            return run.carryOut(wanted);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted", null, e);
        }
    }

    private int usage(ToolContext ctx, int code) {
        ctx.err().print(PicocliModel.help(spec(), false));
        ctx.err().flush();
        return code;
    }

    private static void check(DbCommand command, ParsedArguments args) {
        if (command != DbCommand.WATCH && args.has(DbOptions.COUNT)) {
            throw Usage.error("option '-n' is for watch only");
        }
        if (args.has(DbOptions.DEFAULT)) {
            if (command != DbCommand.READ) {
                throw Usage.error("option '--default' is for read only");
            }
            if (args.operands().size() != 1) {
                throw Usage.error("option '--default' takes one path");
            }
        }
    }
}
