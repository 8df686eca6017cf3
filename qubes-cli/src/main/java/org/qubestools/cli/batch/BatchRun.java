package org.qubestools.cli.batch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.BatchPart;
import org.qubestools.cli.frame.ErrorReporter;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Messages;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.output.JsonInput;
import org.qubestools.core.BatchEdit;
import org.qubestools.core.EditOutcome;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** One run of a batch: its lines, one after the other, as one edit of the store; then what they left for after it. */
public final class BatchRun implements BatchEdit.Lines {
    /** The exit code when some lines were done and others not. */
    public static final int SOME = 3;

    /**
     * What became of a line.
     *
     * @param code its exit code
     * @param result what it printed, with {@code --json}: as {@link JsonInput} reads it; null for nothing
     */
    public record Result(BatchLine line, int code, @Nullable Object result) {}

    /** A line has failed, and has been reported; it ends the batch. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A tool ended with this exit code. */
    private static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int code;

        Ended(int code) {
            this.code = code;
        }
    }

    private record Later(Messages messages, BatchPart.Later work) {}

    private final List<BatchPlan.Step> steps;
    private final ParsedArguments args;
    private final ToolContext ctx;
    private final Session session;
    private final boolean keepGoing;
    private final List<Result> results = new ArrayList<>();
    private final List<Later> afterSave = new ArrayList<>();
    private int firstFailure = ExitCode.OK;
    private int failures;
    private boolean interrupted;

    /**
     * A run in {@code session}.
     *
     * @param args of {@code qvm-batch} itself
     * @param keepGoing leave out lines that fail, and do the others
     */
    public BatchRun(
            List<BatchPlan.Step> steps, ParsedArguments args, ToolContext ctx, Session session, boolean keepGoing) {
        this.steps = List.copyOf(steps);
        this.args = args;
        this.ctx = ctx;
        this.session = session;
        this.keepGoing = keepGoing;
    }

    /** Runs all lines and saves what they planned; null if a line failed and nothing was saved. */
    public @Nullable EditOutcome run(boolean makesStore, boolean dryRun) {
        try {
            return session.qubes().batch(this, makesStore, dryRun);
        } catch (Stopped stopped) {
            return null;
        }
    }

    @Override
    public void plan(BatchEdit edit) {
        for (BatchPlan.Step step : steps) {
            Messages messages = messages(step);
            ByteArrayOutputStream printed = new ByteArrayOutputStream(0);
            PrintStream out = ctx.isJson() ? new PrintStream(printed, false, StandardCharsets.UTF_8) : ctx.out();
            BatchPart part = new BatchPart(session, edit);
            ToolContext around = ctx.with(messages).ofPart(part, out);
            int code = ExitCode.OK;
            try {
                edit.attempt(() -> run(step, around));
                for (BatchPart.Later work : part.afterSave()) {
                    afterSave.add(new Later(messages, work));
                }
            } catch (Ended e) {
                code = e.code;
                messages.failure("failed", "the line ended with exit code " + code, "; ", null, code);
            } catch (QubesException | UncheckedIOException e) {
                code = new ErrorReporter(messages, ExitCode.USAGE).report(e);
                if (e instanceof QubesException known && known.kind() == ErrorKind.CANCELLED) {
                    interrupted = true;
                    throw new Stopped();
                }
            }
            out.flush();
            results.add(new Result(step.line(), code, result(printed.toByteArray())));
            if (code != ExitCode.OK) {
                failed(code);
                if (!keepGoing) {
                    throw new Stopped();
                }
            }
        }
    }

    private static void run(BatchPlan.Step step, ToolContext around) {
        int code;
        try {
            code = step.tool().run(step.arguments(), around);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (code != ExitCode.OK) {
            throw new Ended(code);
        }
    }

    private void failed(int code) {
        failures++;
        if (firstFailure == ExitCode.OK) {
            firstFailure = code;
        }
    }

    private Messages messages(BatchPlan.Step step) {
        Messages own = Messages.of(step.spec().name(), step.arguments(), ctx.err());
        return new Messages(
                own.tool(),
                own.json() || ctx.isJson(),
                own.quiet() || args.has(CommonOptions.QUIET),
                own.verbose() || ctx.verbose(),
                own.err(),
                ctx.status(),
                step.line().number());
    }

    private static @Nullable Object result(byte[] printed) {
        if (printed.length == 0) {
            return null;
        }
        return printed.length <= JsonInput.MAX_SIZE
                ? JsonInput.parse(printed)
                : new String(printed, StandardCharsets.UTF_8);
    }

    /** Has done what the lines left for after the save, in their order; a failure ends only its own part. */
    public void finish() {
        for (Later later : afterSave) {
            try {
                later.work().run(session);
            } catch (QubesException | UncheckedIOException e) {
                failed(new ErrorReporter(later.messages(), ExitCode.USAGE).report(e));
            }
        }
    }

    /** What became of the lines that were run. */
    public List<Result> results() {
        return results;
    }

    /** The exit code of the batch so far. */
    public int code() {
        if (interrupted) {
            return ExitCode.of(ErrorKind.CANCELLED);
        }
        boolean some = keepGoing && failures < steps.size();
        return failures > 0 && some ? SOME : firstFailure;
    }
}
