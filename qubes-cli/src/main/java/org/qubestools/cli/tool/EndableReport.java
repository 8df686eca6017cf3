package org.qubestools.cli.tool;

import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.RunReport;

/** What work on running VMs has to say, and a user who may want it to end between two steps. */
final class EndableReport implements RunReport, AutoCloseable {
    private final RunReport report;
    private volatile boolean unwanted;
    private final Host.Registration interrupts;

    /** Listens to the user until it is closed. */
    EndableReport(RunReport report, ToolContext ctx) {
        this.report = report;
        this.interrupts = ctx.host().onInterrupt(new End());
    }

    /** No lambda: all that works on running VMs makes one. */
    private final class End implements Runnable {
        @Override
        public void run() {
            unwanted = true;
        }
    }

    @Override
    public void note(String message) {
        report.note(message);
    }

    @Override
    public void warn(String message) {
        report.warn(message);
    }

    @Override
    public void requireWanted() {
        if (unwanted) {
            throw new QubesException(ErrorKind.CANCELLED, "interrupted");
        }
    }

    @Override
    public void close() {
        interrupts.close();
    }
}
