package org.qubestools.cli.frame;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.BatchEdit;
import org.qubestools.core.Qubes;

/**
 * The line of a batch that is being run: its sessions are parts of the batch's, and what it would do to the running
 * system waits until all is saved.
 */
public final class BatchPart {
    /** Work for the time after the save. */
    public interface Later {
        /** {@code session} is the batch's, whose store is the saved one. */
        void run(Session session);
    }

    private final Session session;
    private final BatchEdit edit;
    private final List<Later> afterSave = new ArrayList<>(0);

    /** A line of {@code edit}, which is one of {@code session}. */
    public BatchPart(Session session, BatchEdit edit) {
        this.session = session;
        this.edit = edit;
    }

    /** What the line wants done after the save, in order. */
    public List<Later> afterSave() {
        return List.copyOf(afterSave);
    }

    Session open(ToolContext ctx, boolean offline) {
        Qubes part = edit.part(offline || session.qubes().vmm().isOffline());
        return Session.ofPart(ctx, part);
    }

    void add(Later later) {
        afterSave.add(later);
    }
}
