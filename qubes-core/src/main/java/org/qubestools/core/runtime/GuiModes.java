package org.qubestools.core.runtime;

import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;

/** How the windows of running HVMs are shown. */
public final class GuiModes {
    private final RunningSystem system;

    public GuiModes(RunningSystem system) {
        this.system = system;
    }

    /** Tells the agent in a VM what the store says now; one that does not run, or has no agent, hears it at its start. */
    public void changed(QubesVm vm) {
        if (!vm.vmClass().isHvm() || !system.traits().qubesDaemons()) {
            return;
        }
        VmView view = system.view(vm);
        boolean hasAgents = view.facts().guiagentInstalled() && view.facts().qrexecInstalled();
        if (hasAgents && goesOn(vm) && system.marks().isQrexecConnected(vm)) {
            system.host().daemons().tellGuiMode(view);
        }
    }

    private boolean goesOn(QubesVm vm) {
        PowerState state = system.state(vm);
        return state == PowerState.RUNNING || state == PowerState.TRANSIENT;
    }
}
