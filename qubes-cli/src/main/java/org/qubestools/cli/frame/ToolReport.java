package org.qubestools.cli.frame;

import org.qubestools.core.runtime.RunReport;

/** Has a tool say what the work on running VMs has to say. */
public final class ToolReport implements RunReport {
    private final ToolContext ctx;
    private final boolean asked;

    private ToolReport(ToolContext ctx, boolean asked) {
        this.ctx = ctx;
        this.asked = asked;
    }

    /** Each step is a note: for work that the user asked for. */
    public static RunReport notes(ToolContext ctx) {
        return new ToolReport(ctx, true);
    }

    /** Each step is a detail: for work that follows from what the user asked for. */
    public static RunReport details(ToolContext ctx) {
        return new ToolReport(ctx, false);
    }

    @Override
    public void note(String message) {
        if (asked) {
            ctx.note(message);
        } else {
            ctx.detail(message);
        }
    }

    @Override
    public void warn(String message) {
        ctx.warn(message);
    }
}
