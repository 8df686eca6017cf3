package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.frame.ToolReport;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.ChangePciDevices;
import org.qubestools.core.edit.SetProperties;
import org.qubestools.core.edit.SetProperties.Assignment;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.devices.DeviceError;
import org.qubestools.devices.DeviceException;
import org.qubestools.devices.PciDevices;
import org.qubestools.devices.PciName;

/** What {@code qvm-pci} and {@code qvm-device pci} do. */
final class PciActions {
    static final String BUS = "/sys/bus/pci/devices";

    private final ParsedArguments args;
    private final ToolContext ctx;

    PciActions(ParsedArguments args, ToolContext ctx) {
        this.args = args;
        this.ctx = ctx;
    }

    /** That leaves with 1, as in the originals. */
    static QubesException missing(String what) {
        return new QubesException(ErrorKind.INVALID_VALUE, what + " is missing", "see 'qvm-pci --help'");
    }

    /** INVALID_PCI_ADDRESS also for one outside domain 0, which the store cannot hold. */
    static PciAddress address(String untrusted) {
        return PciName.parse(untrusted)
                .stored()
                .orElseThrow(() -> new DeviceException(
                        DeviceError.INVALID_PCI_ADDRESS,
                        "'" + SafeText.of(untrusted) + "' is not in PCI domain 0000",
                        "only devices of that domain can be given to VMs"));
    }

    int list(String untrustedVm) {
        try (Session session = Session.open(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            QubesVm vm = store.vms().require(untrustedVm);
            List<PciAddress> devices = vm.getOr(Attributes.PCIDEVS, List.of());
            if (!ctx.isJson()) {
                ctx.println(PciAddress.formatList(devices));
                return ExitCode.OK;
            }
            List<String> addresses = new ArrayList<>();
            for (PciAddress device : devices) {
                addresses.add(device.value());
            }
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", "pci-devices");
            result.put("vm", vm.name());
            result.put("devices", addresses);
            ctx.json(result);
            return ExitCode.OK;
        }
    }

    /** All PCI devices of this host, with their names, and which VMs have them in their lists. */
    int listHost() {
        try (Session session = Session.open(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            new PciListing(ctx, store.vms()).print(session.config());
            return ExitCode.OK;
        }
    }

    int addClass(String untrustedVm, String untrustedClass) {
        String prefix =
                switch (untrustedClass) {
                    case "net" -> "0x02";
                    case "usb" -> "0x0c03";
                    default ->
                        throw new QubesException(
                                ErrorKind.INVALID_VALUE,
                                "'" + SafeText.of(untrustedClass) + "' is no class of PCI devices",
                                "use net or usb");
                };
        try (Session session = Session.open(args, ctx)) {
            return change(
                    session, untrustedVm, PciDevices.ofClass(session.config().real(BUS), prefix), true);
        }
    }

    int change(String untrustedVm, List<PciAddress> devices, boolean add) {
        try (Session session = Session.open(args, ctx)) {
            return change(session, untrustedVm, devices, add);
        }
    }

    private int change(Session session, String untrustedVm, List<PciAddress> devices, boolean add) {
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        List<Change> changes = new ArrayList<>(List.of(new ChangePciDevices(untrustedVm, devices, add)));
        boolean lax = DeviceWords.noStrictReset(args);
        if (lax) {
            changes.add(new SetProperties(untrustedVm, List.of(new Assignment("pci_strictreset", "False"))));
        }
        if (session.qubes().vmm().isOffline()) {
            Reports.outcome(ctx, session.qubes().edit(changes, dryRun), dryRun);
            return ExitCode.OK;
        }
        StoreSnapshot store = session.qubes().load();
        QubesVm stored = store.vms().require(untrustedVm);
        QubesVm vm = lax ? stored.with(Attributes.PCI_STRICTRESET, false) : stored;
        try (RunningSystem system = session.running(store, ToolReport.notes(ctx))) {
            PciDevices pci = new PciDevices(
                    system, ctx.host().waitTime(), system.commands(ctx.host().qrexec()));
            List<PciAddress> changed = changed(stored, devices, add);
            if (add) {
                pci.requireFree(vm, changed);
            }
            Reports.outcome(ctx, session.qubes().edit(changes, dryRun), dryRun);
            for (PciAddress device : dryRun ? List.<PciAddress>of() : changed) {
                live(pci, vm, device, add);
            }
        }
        return ExitCode.OK;
    }

    /** Adding one that is there and removing one that is not is nothing, for the running VM too. */
    private static List<PciAddress> changed(QubesVm vm, List<PciAddress> devices, boolean add) {
        List<PciAddress> stored = vm.getOr(Attributes.PCIDEVS, List.of());
        List<PciAddress> changed = new ArrayList<>();
        for (PciAddress device : devices) {
            if (stored.contains(device) != add) {
                changed.add(device);
            }
        }
        return changed;
    }

    /** The store is what counts; that a running VM cannot follow at once is a warning. */
    private void live(PciDevices pci, QubesVm vm, PciAddress device, boolean add) {
        try {
            boolean done = add ? pci.attachNow(vm, device) : pci.detachNow(vm, device);
            if (done) {
                ctx.detail("PCI device " + device + (add ? " is in" : " is no longer in") + " running VM '" + vm.name()
                        + "'");
            }
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.CANCELLED) {
                throw e;
            }
            ctx.warn(e.getMessage() + "; it takes effect when VM '" + vm.name() + "' starts again");
        }
    }
}
