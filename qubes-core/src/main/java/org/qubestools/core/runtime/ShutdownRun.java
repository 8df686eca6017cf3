package org.qubestools.core.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.QubesVm;

/**
 * Shuts several VMs down, each before the one that gives it network, and waits for them. A VM that takes no notice is asked
 * again: a guest that still boots forgets it. One that takes too long, or is seen twice as halting, is killed.
 */
public final class ShutdownRun {
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final long ASK_AGAIN_MILLIS = 5000;
    private static final long AFTER_KILL_MILLIS = VmStopper.AFTER_KILL.toMillis();

    private final RunningSystem system;
    private final VmStopper stopper;
    private final WaitTime time;

    private final Map<QubesVm, QubesException> failed = new LinkedHashMap<>();
    private final List<QubesVm> killed = new ArrayList<>();
    private final List<QubesVm> left = new ArrayList<>();

    /** One VM on its way down; times in milliseconds, negative while it has not come to that. */
    private static final class Descent {
        private final QubesVm vm;
        private long asked = -1;
        private long askedLast = -1;
        private long killed = -1;
        private boolean halting;

        Descent(QubesVm vm) {
            this.vm = vm;
        }
    }

    /**
     * How it went; VMs in neither list are down, or were asked to go down.
     *
     * @param killed had to be killed
     * @param left run even after that
     * @param failed could not be asked, or not be killed, and why
     */
    public record Outcome(List<QubesVm> killed, List<QubesVm> left, Map<QubesVm, QubesException> failed) {
        public Outcome {
            killed = List.copyOf(killed);
            left = List.copyOf(left);
        }
    }

    public ShutdownRun(RunningSystem system) {
        this.system = system;
        this.stopper = new VmStopper(system);
        this.time = system.time();
    }

    /** IN_USE if a VM of the list gives network to a running one that is not in it. */
    public void requireClientsInside(List<QubesVm> vms) {
        for (QubesVm vm : vms) {
            List<QubesVm> outside = new ArrayList<>(stopper.runningClients(vm));
            outside.removeIf(client -> contains(vms, client));
            if (!outside.isEmpty()) {
                throw givesNetwork(vm, outside);
            }
        }
    }

    private static QubesException givesNetwork(QubesVm vm, List<QubesVm> clients) {
        return new QubesException(
                ErrorKind.IN_USE,
                "VM '" + vm.name() + "' gives network to running VMs: " + VmStopper.names(clients),
                "shut them down too, or give --force");
    }

    private static boolean contains(List<QubesVm> vms, QubesVm one) {
        for (QubesVm vm : vms) {
            if (vm.key() == one.key()) {
                return true;
            }
        }
        return false;
    }

    /** Asks all to shut down and does not wait. */
    public Outcome ask(List<QubesVm> vms) {
        for (QubesVm vm : clientsFirst(vms)) {
            ask(vm);
        }
        return new Outcome(killed, left, failed);
    }

    private boolean ask(QubesVm vm) {
        try {
            system.report().note("shutting down VM '" + vm.name() + "'");
            stopper.shutdown(vm, true);
            return true;
        } catch (QubesException e) {
            fail(vm, e);
            return false;
        }
    }

    private void fail(QubesVm vm, QubesException e) {
        if (e.kind() == ErrorKind.VMM_UNREACHABLE || e.kind() == ErrorKind.OFFLINE) {
            throw e;
        }
        failed.put(vm, e);
    }

    /** Longest way to the outside first. */
    private List<QubesVm> clientsFirst(List<QubesVm> vms) {
        List<QubesVm> ordered = new ArrayList<>(vms);
        ordered.sort((one, other) -> Integer.compare(depth(other), depth(one)));
        return ordered;
    }

    private int depth(QubesVm vm) {
        int depth = 0;
        QubesVm at = system.vms().netvm(vm).vm();
        while (at != null && depth <= QubesVm.MAX_ID) {
            depth++;
            at = system.vms().netvm(at).vm();
        }
        return depth;
    }

    /**
     * Asks all to shut down and waits until they are.
     *
     * @param force does not wait with a NetVM until its clients are down
     * @param limit for each, from the moment it was asked
     */
    public Outcome await(List<QubesVm> vms, boolean force, Duration limit) {
        List<Descent> open = new ArrayList<>();
        for (QubesVm vm : clientsFirst(vms)) {
            open.add(new Descent(vm));
        }
        while (true) {
            for (Iterator<Descent> each = open.iterator(); each.hasNext(); ) {
                Descent next = each.next();
                boolean over = next.asked < 0 ? cannotBegin(next, force, open) : isOver(next, limit.toMillis());
                if (over) {
                    each.remove();
                }
            }
            if (open.isEmpty()) {
                return new Outcome(killed, left, failed);
            }
            system.report().requireWanted();
            Waiting.pause(time, LOOK, "VMs were shutting down");
        }
    }

    /** Asks it once its clients are down, if they are waited for; true if there is nothing to wait for. */
    private boolean cannotBegin(Descent descent, boolean force, List<Descent> open) {
        List<QubesVm> clients = force ? List.of() : stopper.runningClients(descent.vm);
        if (clients.isEmpty()) {
            descent.asked = time.millis();
            descent.askedLast = descent.asked;
            return !ask(descent.vm);
        }
        for (Descent other : open) {
            if (contains(clients, other.vm)) {
                return false;
            }
        }
        fail(descent.vm, givesNetwork(descent.vm, clients)); // these could not be ended, or have come meanwhile
        return true;
    }

    private boolean isOver(Descent descent, long limit) {
        QubesVm vm = descent.vm;
        PowerState state = system.state(vm);
        if (state == PowerState.HALTED) {
            ended(vm);
            return true;
        }
        if (descent.killed >= 0) {
            boolean late = time.millis() - descent.killed >= AFTER_KILL_MILLIS;
            if (late) {
                left.add(vm);
            }
            return late;
        }
        boolean stuck = state == PowerState.HALTING && descent.halting;
        descent.halting = state == PowerState.HALTING;
        if (stuck || time.millis() - descent.asked >= limit) {
            return !kill(descent);
        }
        if (!descent.halting && time.millis() - descent.askedLast >= ASK_AGAIN_MILLIS) {
            descent.askedLast = time.millis();
            stopper.remind(vm);
        }
        return false;
    }

    /** What cannot be cleaned up of one VM keeps nobody from waiting for the others. */
    private void ended(QubesVm vm) {
        try {
            stopper.ended(vm);
        } catch (QubesException e) {
            fail(vm, e);
        }
    }

    /** False if there is nothing more to wait for. */
    private boolean kill(Descent descent) {
        try {
            system.report().note("VM '" + descent.vm.name() + "' did not shut down; killing it");
            descent.killed = time.millis();
            stopper.destroy(descent.vm);
            killed.add(descent.vm);
            return true;
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.WRONG_STATE) {
                ended(descent.vm); // it stopped by itself in this very moment
            } else {
                fail(descent.vm, e);
            }
            return false;
        }
    }
}
