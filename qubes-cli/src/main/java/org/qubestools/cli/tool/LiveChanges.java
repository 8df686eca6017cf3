package org.qubestools.cli.tool;

import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.EditOutcome;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.NetworkAttachment;
import org.qubestools.core.runtime.RunReport;
import org.qubestools.core.runtime.RunningSystem;

/** What an edit of the store asks of VMs that run, once it is saved. */
final class LiveChanges {
    private LiveChanges() {}

    private record Says(ToolContext ctx) implements RunReport {
        @Override
        public void note(String message) {
            ctx.detail(message);
        }

        @Override
        public void warn(String message) {
            ctx.warn(message);
        }
    }

    /** Has running VMs follow; the edit was saved, whatever fails here. */
    static void follow(Session session, ToolContext ctx, EditOutcome outcome) {
        if (!outcome.saved() || outcome.networkBefore().isEmpty()) {
            return;
        }
        try (RunningSystem system = session.running(session.qubes().load(), new Says(ctx))) {
            NetworkAttachment network = new NetworkAttachment(system);
            for (VmView before : outcome.networkBefore()) {
                network.changed(before);
            }
        }
    }
}
