package org.qubestools.backup.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;

/**
 * A VM of a backup as it goes into the store.
 *
 * <p>Never taken over: qid, uuid, paths, installed_by_rpm, backup_*, autostart, debug, drive, internal.
 *
 * @param vm what to add to the store
 * @param warnings what could not be taken over as it was; one line each
 */
public record RestoredVm(NewVm vm, List<String> warnings) {
    private static final List<Attribute<?>> COPIED = List.of(
            Attributes.LABEL,
            Attributes.MEMORY,
            Attributes.MAXMEM,
            Attributes.VCPUS,
            Attributes.MAC,
            Attributes.INCLUDE_IN_BACKUPS,
            Attributes.QREXEC_TIMEOUT,
            Attributes.TIMEZONE,
            Attributes.QREXEC_INSTALLED,
            Attributes.GUIAGENT_INSTALLED);

    public RestoredVm {
        warnings = List.copyOf(warnings);
    }

    /**
     * Makes the VM for a store that holds {@code host} now. Its template must be there; netvms that are not there yet
     * are left out without a word, so that it has no network until {@link #connect}.
     *
     * @param kernelInstalled tells whether the host has a usable kernel of that name
     * @throws QubesException FAILED if its template is not there, IN_USE if its name or every qid is taken
     */
    public static RestoredVm of(
            PlannedVm planned, VmCollection host, RestoreOptions options, Predicate<String> kernelInstalled) {
        List<String> warnings = new ArrayList<>();
        QubesVm source = planned.item().vm();
        if (host.hasName(planned.name())) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "there is a VM '" + SafeText.of(planned.name()) + "' now, which was not there before",
                    "restore it again with --rename-conflicting");
        }
        QubesVm template = template(planned, host, warnings);
        NewVm made = new NewVm(
                source.vmClass(),
                planned.name(),
                host.nextQid(),
                template == null ? 0 : template.qid(),
                options.pool());
        for (Attribute<?> attribute : COPIED) {
            copy(made, source, attribute);
        }
        CheckedProperties properties = new CheckedProperties(planned, options.paranoid(), made, warnings);
        properties.copy();
        properties.copyKernel(kernelInstalled);
        if (source.vmClass().givesNetwork()) {
            made.set(Attributes.NETID, (long) host.nextNetid());
        }
        made.set(Attributes.UUID, UUID.randomUUID().toString());
        setNetvms(made, planned, host);
        return new RestoredVm(made, warnings);
    }

    private static <T> void copy(NewVm made, QubesVm source, Attribute<T> attribute) {
        T value = attribute.belongsTo(source.vmClass()) ? source.get(attribute) : null;
        if (value != null) {
            made.set(attribute, value);
        }
    }

    private static @Nullable QubesVm template(PlannedVm planned, VmCollection host, List<String> warnings) {
        String name = planned.template();
        if (name == null) {
            return null;
        }
        VmClass kind = planned.item().vm().vmClass().templateClass();
        Optional<QubesVm> found = find(host, name, vmClass -> vmClass == kind);
        if (found.isPresent()) {
            return found.get();
        }
        String substitute = planned.templateOnHost();
        Optional<QubesVm> other =
                substitute == null ? Optional.empty() : find(host, substitute, vmClass -> vmClass == kind);
        if (other.isEmpty()) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    vm(planned) + " cannot be restored: its template '" + SafeText.of(name) + "' was not",
                    "restore both again, or give another template with --map-template");
        }
        warnings.add(vm(planned) + ": its template '" + SafeText.of(name) + "' was not restored, it gets '"
                + SafeText.of(other.get().name()) + "'");
        return other.get();
    }

    private static Optional<QubesVm> find(VmCollection host, String name, Predicate<VmClass> fits) {
        return Optional.ofNullable(host.byName(name)).filter(vm -> fits.test(vm.vmClass()));
    }

    private static void setNetvms(NewVm made, PlannedVm planned, VmCollection host) {
        VmClass vmClass = planned.item().vm().vmClass();
        if (vmClass.hasDefaultNetvm()) {
            made.set(Attributes.USES_DEFAULT_NETVM, isDefault(planned.netvm()));
        }
        if (vmClass.hasNetvm()) {
            made.set(Attributes.NETVM, reference(netvm(host, planned.netvm())));
        }
        made.set(Attributes.USES_DEFAULT_DISPVM_NETVM, isDefault(planned.dispvmNetvm()));
        made.set(Attributes.DISPVM_NETVM, reference(netvm(host, planned.dispvmNetvm())));
    }

    private static boolean isDefault(NetvmChoice choice) {
        return choice.kind() == NetvmChoice.Kind.DEFAULT;
    }

    private static String reference(Optional<QubesVm> netvm) {
        return netvm.isPresent() ? String.valueOf(netvm.get().qid()) : "none";
    }

    private static Optional<QubesVm> netvm(VmCollection host, NetvmChoice choice) {
        String name = choice.name();
        return name == null ? Optional.empty() : find(host, name, VmClass::givesNetwork);
    }

    /**
     * Gives a restored VM the netvms of the plan, once all VMs are there. One that is not there becomes none, with a
     * warning; so does one that has its network from this VM.
     *
     * @param stored the VM as it is in {@code host} now
     */
    public static Connected connect(PlannedVm planned, QubesVm stored, VmCollection host) {
        List<String> warnings = new ArrayList<>();
        QubesVm vm = stored;
        NetvmChoice own = planned.netvm();
        if (own.kind() == NetvmChoice.Kind.NAMED && stored.vmClass().hasNetvm()) {
            Optional<QubesVm> netvm = netvm(host, own).filter(found -> !host.chainMeets(found, stored));
            vm = vm.with(Attributes.NETVM, reference(netvm));
            warnIfMissing(netvm, vm(planned) + " has no network: its netvm '", own, warnings);
        }
        NetvmChoice dispvm = planned.dispvmNetvm();
        if (dispvm.kind() == NetvmChoice.Kind.NAMED) {
            Optional<QubesVm> netvm = netvm(host, dispvm);
            vm = vm.with(Attributes.DISPVM_NETVM, reference(netvm));
            warnIfMissing(
                    netvm, "DisposableVMs of " + vm(planned) + " have no network: their netvm '", dispvm, warnings);
        }
        return new Connected(vm, warnings);
    }

    private static void warnIfMissing(
            Optional<QubesVm> netvm, String beginning, NetvmChoice choice, List<String> warnings) {
        if (netvm.isEmpty()) {
            warnings.add(
                    beginning + SafeText.of(String.valueOf(choice.name())) + "' was not restored or cannot be used");
        }
    }

    private static String vm(PlannedVm planned) {
        return "VM '" + SafeText.of(planned.name()) + "'";
    }

    /**
     * A restored VM with its network.
     *
     * @param vm to be put in place of the stored one
     * @param warnings netvms that are missing; the run ends with an error status if there are any
     */
    public record Connected(QubesVm vm, List<String> warnings) {
        public Connected {
            warnings = List.copyOf(warnings);
        }
    }
}
