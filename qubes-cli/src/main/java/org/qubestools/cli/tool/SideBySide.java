package org.qubestools.cli.tool;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.output.OrderedOutput;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.RunReport;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.runtime.StartRun;

/**
 * Starts of several VMs, some of them at once, which say and answer what they would one after the other. What the driver
 * itself has to say, of a definition that gave way or of a slow host, comes at once and not in the place of its VM.
 */
final class SideBySide implements StartRun.Job {
    private final Runs runs;
    private final Work work;
    private final OrderedOutput output;
    private final VmTargets.Outcomes outcomes;
    private @Nullable QubesException end;

    /** The start of one VM, by one thread of several. */
    interface Work {
        /** Starts it, with a system and a report of that thread alone. */
        void on(QubesVm vm, RunningSystem system, RunReport report);
    }

    private SideBySide(ToolContext ctx, Runs runs, int vms, Work work) {
        this.runs = runs;
        this.work = work;
        this.output = new OrderedOutput(vms);
        this.outcomes = new VmTargets.Outcomes(ctx);
    }

    /**
     * Does the work for each VM; what fails for one in a way that it must for all is thrown, once what had begun has ended.
     *
     * @param word what is done, such as {@code start}
     * @return the exit code: that of the first failure if no VM was done
     */
    static int run(ToolContext ctx, Runs runs, List<QubesVm> vms, String word, Work work) {
        SideBySide all = new SideBySide(ctx, runs, vms.size(), work);
        try {
            new StartRun(runs.system(), vms).run(all);
        } finally {
            all.output.endAll();
        }
        if (all.end != null) {
            throw all.end;
        }
        return all.outcomes.tell(word);
    }

    @Override
    public boolean start(int number, QubesVm vm) {
        Report report = new Report(number);
        try (RunningSystem own = runs.beside(report)) {
            work.on(vm, own, report);
            output.say(number, () -> outcomes.done(vm));
            return true;
        } catch (QubesException e) {
            boolean endsAll = VmTargets.endsAll(e);
            output.say(number, endsAll ? () -> ended(e) : () -> outcomes.failed(vm, e));
            return !endsAll;
        } finally {
            output.end(number);
        }
    }

    /** The first is thrown; of the others that were in work only what is different is told. */
    private void ended(QubesException failure) {
        if (end == null) {
            end = failure;
        } else if (!String.valueOf(failure.getMessage()).equals(end.getMessage())) {
            outcomes.tellFailure(failure);
        }
    }

    /** What one start says, in its place. */
    private final class Report implements RunReport {
        private final int number;

        Report(int number) {
            this.number = number;
        }

        @Override
        public void note(String message) {
            output.say(number, () -> runs.note(message));
        }

        @Override
        public void warn(String message) {
            output.say(number, () -> runs.warn(message));
        }

        @Override
        public void requireWanted() {
            runs.requireWanted();
        }
    }
}
