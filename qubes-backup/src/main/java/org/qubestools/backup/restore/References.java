package org.qubestools.backup.restore;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmReference;

/**
 * Finds the template and the netvms of each VM, on the host or among the VMs that will be restored.
 *
 * <p>A VM of the backup wins over one of the same name on the host: both are there only if the one in the backup gets
 * another name, and then its users follow it. A name that the user gave as a replacement is looked for on the host
 * first.
 */
final class References {
    private final VmCollection host;
    private final VmCollection source;
    private final RestoreOptions options;
    private final List<Candidate> candidates;
    private final Map<String, Candidate> byOriginalName = new HashMap<>();
    private final Map<String, Candidate> byNewName = new HashMap<>();

    References(VmCollection host, VmCollection source, RestoreOptions options, List<Candidate> candidates) {
        this.host = host;
        this.source = source;
        this.options = options;
        this.candidates = candidates;
        for (Candidate candidate : candidates) {
            byOriginalName.put(candidate.originalName(), candidate);
            if (candidate.isWanted()) {
                byNewName.put(candidate.name, candidate);
            }
        }
    }

    /** Looks for all references again and again until no VM drops out any more. */
    void settle() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Candidate candidate : candidates) {
                boolean wasGood = candidate.isGood();
                find(candidate);
                changed |= candidate.isGood() != wasGood;
            }
        }
    }

    private void find(Candidate candidate) {
        boolean search = candidate.isWanted() && !options.verifyOnly();
        if (search) {
            candidate.forgetMissing();
        }
        findTemplate(candidate, search);
        findNetvm(candidate, search);
        findDispvmNetvm(candidate, search);
    }

    private void findTemplate(Candidate candidate, boolean search) {
        VmReference reference = source.storedTemplate(candidate.item.vm());
        VmClass kind = candidate.vmClass().templateClass();
        if (reference.isNone() || kind == null) {
            return;
        }
        Wish wish = wish(reference, options.templates());
        candidate.template = wish.name;
        if (!search) {
            return;
        }
        Predicate<VmClass> fits = vmClass -> vmClass == kind;
        Candidate inBackup = inBackup(wish, fits);
        if (inBackup != null && inBackup.isGood()) {
            candidate.template = inBackup.name;
            boolean another = !inBackup.name.equals(wish.name) && isOnHost(wish.name, fits);
            candidate.templateOnHost = another ? wish.name : null;
        } else if (!isOnHost(wish.name, fits)) {
            replaceTemplate(candidate, reference, kind);
        }
    }

    private void replaceTemplate(Candidate candidate, VmReference reference, VmClass kind) {
        QubesVm byDefault = host.globals().defaultTemplate();
        if (options.ignoreMissing() && byDefault != null && byDefault.vmClass() == kind) {
            candidate.template = byDefault.name();
            candidate.originalTemplate = reference.shown("none");
        } else {
            candidate.marks.add(PlanMark.MISSING_TEMPLATE);
        }
    }

    private void findNetvm(Candidate candidate, boolean search) {
        QubesVm vm = candidate.item.vm();
        if (!vm.vmClass().hasNetvm()) {
            candidate.netvm = NetvmChoice.NONE;
            return;
        }
        boolean usesDefault = vm.vmClass().hasDefaultNetvm() && vm.is(Attributes.USES_DEFAULT_NETVM);
        if (usesDefault) {
            candidate.netvm = defaultNetvm(vm.vmClass());
            return;
        }
        VmReference reference = source.reference(vm.get(Attributes.NETVM));
        NetvmChoice fixed = fixedChoice(reference, defaultNetvm(vm.vmClass()));
        candidate.netvm = fixed != null ? fixed : NetvmChoice.named(wish(reference, options.netvms()).name);
        if (fixed != null || !search) {
            return;
        }
        String name = findNetwork(wish(reference, options.netvms()), candidate);
        if (name != null) {
            candidate.netvm = NetvmChoice.named(name);
        } else if (options.ignoreMissing()) {
            candidate.netvm = defaultNetvm(vm.vmClass());
            candidate.originalNetvm = reference.shown("none");
        } else {
            candidate.marks.add(PlanMark.MISSING_NETVM);
        }
    }

    private void findDispvmNetvm(Candidate candidate, boolean search) {
        QubesVm vm = candidate.item.vm();
        NetvmChoice own = NetvmChoice.byDefault(null);
        candidate.dispvmNetvm = own;
        if (vm.is(Attributes.USES_DEFAULT_DISPVM_NETVM)) {
            return;
        }
        VmReference reference = source.reference(vm.get(Attributes.DISPVM_NETVM));
        NetvmChoice fixed = fixedChoice(reference, own);
        candidate.dispvmNetvm = fixed != null ? fixed : NetvmChoice.named(wish(reference, options.netvms()).name);
        if (fixed != null || !search) {
            return;
        }
        String name = findNetwork(wish(reference, options.netvms()), null);
        if (name != null) {
            candidate.dispvmNetvm = NetvmChoice.named(name);
        } else if (options.ignoreMissing()) {
            candidate.dispvmNetvm = own;
        } else {
            candidate.marks.add(PlanMark.MISSING_DISPVM_NETVM);
        }
    }

    /** What needs no search: no netvm, or the user's word for none or the default. */
    private @Nullable NetvmChoice fixedChoice(VmReference reference, NetvmChoice byDefault) {
        if (reference.isNone()) {
            return NetvmChoice.NONE;
        }
        Wish wish = wish(reference, options.netvms());
        if (wish.isReplacement && wish.name.equals(RestoreOptions.NO_NETVM)) {
            return NetvmChoice.NONE;
        }
        return wish.isReplacement && wish.name.equals(RestoreOptions.DEFAULT_NETVM) ? byDefault : null;
    }

    /** A ProxyVM cannot follow the default: it gets the present default of ProxyVMs by name. */
    private NetvmChoice defaultNetvm(VmClass vmClass) {
        if (vmClass.hasDefaultNetvm()) {
            QubesVm netvm = host.globals().defaultNetvm();
            return NetvmChoice.byDefault(netvm == null ? null : netvm.name());
        }
        QubesVm netvm = host.globals().defaultFwNetvm();
        return netvm == null ? NetvmChoice.NONE : NetvmChoice.named(netvm.name());
    }

    /** The name that the netvm will have; null if there will be none, or if {@code user} is met behind it. */
    private @Nullable String findNetwork(Wish wish, @Nullable Candidate user) {
        Candidate inBackup = inBackup(wish, VmClass::givesNetwork);
        boolean usable = inBackup != null && inBackup.isGood() && (user == null || !leadsTo(inBackup, user));
        if (inBackup != null && usable) {
            return inBackup.name;
        }
        return isOnHost(wish.name, VmClass::givesNetwork) ? wish.name : null;
    }

    private boolean leadsTo(Candidate start, Candidate user) {
        Set<Candidate> seen = new HashSet<>();
        Candidate at = start;
        while (at != null && seen.add(at)) {
            if (at.equals(user)) {
                return true;
            }
            at = at.vmClass() == VmClass.PROXY ? behind(at) : null;
        }
        return false;
    }

    private @Nullable Candidate behind(Candidate proxy) {
        VmReference reference = source.reference(proxy.item.vm().get(Attributes.NETVM));
        return reference.isNone() ? null : inBackup(wish(reference, options.netvms()), VmClass::givesNetwork);
    }

    private static Wish wish(VmReference reference, Map<String, String> replacements) {
        String name = reference.shown("none");
        String replaced = replacements.get(name);
        return replaced == null ? new Wish(name, false) : new Wish(replaced, true);
    }

    /** The VM of the backup that the wish means; null if that is none, or none of the right kind, or one of the host. */
    private @Nullable Candidate inBackup(Wish wish, Predicate<VmClass> fits) {
        Candidate found = byOriginalName.get(wish.name);
        if (wish.isReplacement) {
            if (isOnHost(wish.name, fits)) {
                return null;
            }
            found = byNewName.getOrDefault(wish.name, found);
        }
        boolean right = found != null && !Candidate.isHome(found.item) && fits.test(found.vmClass());
        return right ? found : null;
    }

    private boolean isOnHost(String name, Predicate<VmClass> fits) {
        QubesVm vm = host.byName(name);
        return vm != null && fits.test(vm.vmClass());
    }

    /** A name to look for, and whether the user gave it in place of the stored one. */
    private record Wish(String name, boolean isReplacement) {}
}
