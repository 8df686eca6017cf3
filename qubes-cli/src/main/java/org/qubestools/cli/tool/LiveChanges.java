package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.frame.ToolReport;
import org.qubestools.core.EditOutcome;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.ExpiringRules;
import org.qubestools.core.runtime.GuiModes;
import org.qubestools.core.runtime.NetworkAttachment;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.store.StoreSnapshot;

/** What an edit of the store asks of VMs that run, once it is saved. */
final class LiveChanges {
    private LiveChanges() {}

    /** Has running VMs follow; the edit was saved, and a failure of one keeps no other from following. */
    static void follow(Session session, ToolContext ctx, EditOutcome outcome) {
        if (outcome.saved()) {
            guiModes(session, ctx, outcome.difference());
            networks(session, ctx, outcome);
        }
    }

    /** What a VM cannot be told now it hears at its next start. */
    private static void guiModes(Session session, ToolContext ctx, StoreDifference difference) {
        List<Integer> qids = changedGuiModes(difference);
        if (qids.isEmpty() || session.qubes().vmm().isOffline()) {
            return;
        }
        StoreSnapshot store = session.qubes().load();
        try (RunningSystem system = session.running(store, ToolReport.details(ctx))) {
            for (int qid : qids) {
                QubesVm vm = store.vms().byQid(qid);
                if (vm != null) {
                    new GuiModes(system).changed(vm);
                }
            }
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.CANCELLED) {
                throw e;
            }
            ctx.warn(e.getMessage() + "; a VM that runs is shown as before until its next start");
        }
    }

    private static List<Integer> changedGuiModes(StoreDifference difference) {
        List<Integer> qids = new ArrayList<>(0);
        for (StoreDifference.VmChange change : difference.vms()) {
            for (StoreDifference.AttributeChange attribute : change.attributes()) {
                boolean changed = change.kind() == StoreDifference.Kind.CHANGED;
                if (changed && attribute.attribute().equals(Attributes.SEAMLESS_GUI_MODE.xmlName())) {
                    qids.add(change.qid());
                }
            }
        }
        return qids;
    }

    private static void networks(Session session, ToolContext ctx, EditOutcome outcome) {
        if (outcome.networkBefore().isEmpty()) {
            return;
        }
        try (RunningSystem system = session.running(session.qubes().load(), ToolReport.details(ctx))) {
            NetworkAttachment network = new NetworkAttachment(system);
            QubesException failure = null;
            for (VmView before : outcome.networkBefore()) {
                try {
                    network.changed(before);
                } catch (QubesException e) {
                    if (failure != null) {
                        ctx.failed(failure);
                    }
                    failure = e;
                    if (VmTargets.endsAll(e)) {
                        break;
                    }
                }
            }
            if (failure != null) {
                throw failure;
            }
        }
    }

    /**
     * Tells the ProxyVM of a running VM its firewall rules, which are stored, whatever fails here, and has a timer tell them
     * anew while there are some that expire.
     */
    static void firewall(Session session, ToolContext ctx, String vm) {
        tell(session, ctx, vm, false);
    }

    /** The same for rules that nobody has changed; root, as whom the timer does this, ends one that has nothing to do. */
    static void reload(Session session, ToolContext ctx, String vm) {
        tell(session, ctx, vm, ctx.host().effectiveUserId() == 0);
    }

    private static void tell(Session session, ToolContext ctx, String vm, boolean ends) {
        if (session.qubes().vmm().isOffline()) {
            return;
        }
        StoreSnapshot store = session.qubes().load();
        QubesVm changed = store.vms().byName(vm);
        boolean proxied = changed != null && isBehindProxy(store, changed);
        if (!proxied && !ends) {
            return;
        }
        try (RunningSystem system = session.running(store, ToolReport.details(ctx))) {
            ExpiringRules expiring = new ExpiringRules(system, ctx::note);
            if (changed == null || !proxied) {
                expiring.forget(vm);
            } else {
                expiring.follow(changed);
                new NetworkAttachment(system).rulesChanged(changed);
            }
        } catch (QubesException e) {
            if (e.kind() != ErrorKind.VMM_UNREACHABLE) {
                throw e;
            }
            ctx.warn(e.getMessage() + "; if VM '" + SafeText.of(vm) + "' runs, its ProxyVM was not told");
        }
    }

    private static boolean isBehindProxy(StoreSnapshot store, QubesVm vm) {
        QubesVm netvm = store.vms().netvm(vm).vm();
        return netvm != null && netvm.vmClass() == VmClass.PROXY;
    }
}
