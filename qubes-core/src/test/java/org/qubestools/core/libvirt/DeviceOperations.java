package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.model.PciAddress;

/** The recorded operations on devices: what a driver says to them, and what our code tells its user of that. */
final class DeviceOperations {
    private static final String VM = "work";
    private static final String ATTACH = "virDomainAttachDeviceFlags";
    private static final String DETACH = "virDomainDetachDeviceFlags";
    private static final int LIVE = 1;
    private static final String FRONTEND = "xvdi";
    private static final Pattern DISK = Pattern.compile("<disk (?:(?!</disk>).)*'xvdb'.*?</disk>", Pattern.DOTALL);

    private DeviceOperations() {}

    static Map<String, DriverOperation> table() {
        Map<String, DriverOperation> table = new HashMap<>();
        String shared = "<shareable/>";
        table.put("attach block disk", attach("block", "/dev/null", FRONTEND, ""));
        table.put("attach at a used target", attach("block", "/dev/null", "xvdb", ""));
        table.put("attach a regular file as type block", attach("block", "/etc/hostname", FRONTEND, ""));
        table.put(
                "attach the same block device read-write to a second domain",
                attach("block", "/dev/null", FRONTEND, shared));
        table.put(
                "attach the same image FILE read-write to a second domain",
                attach("file", "/etc/hostname", FRONTEND, shared));
        table.put("attach the same block device twice to one domain", attach("block", "/dev/null", FRONTEND, ""));
        table.put(
                "attach a disk while its partition is attached to the same domain",
                attach("block", "/dev/null", FRONTEND, ""));
        table.put("attach with a missing source", attach("block", "/nonexistent", FRONTEND, ""));
        table.put(
                "attach with unknown backenddomain",
                attach("block", "/dev/null", FRONTEND, "<backenddomain name='nobody'/>"));
        table.put("attach target sdX", attach("block", "/dev/null", "sdi", ""));
        table.put("detach disk", detach("xvdb", DeviceOperations::detached));
        table.put("detach while the domain is paused", detach("xvdb", DeviceOperations::detached));
        table.put("detach what is not attached", detach(FRONTEND, DeviceOperations::detachedGone));
        table.put("detach: right target, wrong source", detach("xvdb", DeviceOperations::detached));
        table.put(
                "guest name of a disk attached as xvdi / vdi",
                new DriverOperation(null, DeviceOperations::nameInGuest));
        table.put(
                "node device lookup, missing",
                new DriverOperation(
                        trial -> DriverTrial.outcome(() ->
                                trial.real.pointer("virNodeDeviceLookupByName", trial.connection, "pci_0000_3f_1f_7")),
                        DeviceOperations::missingNodeDevice));
        return table;
    }

    private static String disk(String type, String source, String target, String more) {
        return "<disk type='" + type + "' device='disk'><driver name='phy'/><source "
                + (type.equals("block") ? "dev" : "file") + "='" + source + "'/><target dev='" + target
                + "' bus='xen'/>" + more + "</disk>";
    }

    private static DriverOperation attach(String type, String source, String target, String more) {
        return new DriverOperation(
                trial -> {
                    Pointer domain = trial.start(VM);
                    String xml = disk(type, source, target, more);
                    return DriverTrial.outcome(() -> trial.real.number(ATTACH, domain, xml, LIVE));
                },
                DeviceOperations::attached);
    }

    /** What attaches by this function is the network, so far. A refusal is told; success is taken for what it is. */
    private static void attached(DriverTrial trial, String driver, DriverAnswer answer) {
        trial.start(VM);
        for (int code : answer.codes()) {
            trial.libvirt.fail(ATTACH, code);
            trial.requireFailure(
                    ErrorKind.FAILED, words("attach", code), () -> trial.vmm.attachNetwork(trial.spec(VM)));
        }
        if (answer.text().contains("DEVICE_")) {
            LifeOperations.knownEvents(trial, new DriverAnswer(answer.text().replaceAll("^ok", "event")));
        }
        if (answer.isOk()) {
            trial.libvirt.answer(ATTACH, arguments -> 0);
            trial.requireDone("attaching", () -> trial.vmm.attachNetwork(trial.spec(VM)));
        }
    }

    private static String words(String verb, int code) {
        return code == LibvirtFailure.NO_SUPPORT ? "not supported by this driver" : "cannot " + verb;
    }

    private static DriverOperation detach(String target, DriverOperation.Ours ours) {
        return new DriverOperation(
                trial -> {
                    Pointer domain = trial.start(VM);
                    String xml = disk("block", "/dev/null", target, "");
                    return DriverTrial.outcome(() -> trial.real.number(DETACH, domain, xml, LIVE));
                },
                ours);
    }

    /** The definition of the running domain has xvdb until the driver has taken it away. */
    private static AtomicBoolean diskThatGoes(DriverTrial trial) {
        AtomicBoolean gone = new AtomicBoolean();
        Pointer domain = trial.start(VM);
        String whole = trial.real.ownedText("virDomainGetXMLDesc", domain, 0);
        String without = DISK.matcher(whole).replaceAll("");
        trial.require(!without.equals(whole), "the domain has no disk xvdb");
        trial.libvirt.answer("virDomainGetXMLDesc", arguments -> gone.get() ? without : whole);
        return gone;
    }

    private static void detached(DriverTrial trial, String driver, DriverAnswer answer) {
        AtomicBoolean gone = diskThatGoes(trial);
        for (int code : answer.codes()) {
            trial.libvirt.fail(DETACH, code);
            trial.requireFailure(ErrorKind.FAILED, words("detach", code), () -> detach(trial));
        }
        if (answer.text().contains("DEVICE_")) {
            LifeOperations.knownEvents(trial, new DriverAnswer(answer.text().replaceAll("^ok", "event")));
        }
        if (answer.isOk()) {
            trial.libvirt.answer(DETACH, arguments -> 0);
            if (answer.text().contains("NOT removed")) {
                trial.requireFailure(ErrorKind.FAILED, "the guest has not let it go", () -> detach(trial));
            } else {
                trial.libvirt.answer(DETACH, arguments -> {
                    gone.set(true);
                    return 0;
                });
                trial.requireDone("detaching", () -> detach(trial));
            }
        }
        trial.require(answer.isOk() || !answer.codes().isEmpty(), "nothing to hold to: " + answer.text());
    }

    private static void detach(DriverTrial trial) {
        trial.vmm.detachDisk(trial.spec(VM).key(), "xvdb");
    }

    /** A device that went by itself between our look and our request is gone, which was the wish. */
    private static void detachedGone(DriverTrial trial, String driver, DriverAnswer answer) {
        DefinitionOperations.requireCodes(trial, answer);
        for (int code : answer.codes()) {
            AtomicBoolean gone = diskThatGoes(trial);
            if (code == LibvirtFailure.NO_SUPPORT) {
                trial.libvirt.fail(DETACH, code);
                trial.requireFailure(ErrorKind.FAILED, words("detach", code), () -> detach(trial));
                continue;
            }
            trial.libvirt.answer(DETACH, arguments -> {
                gone.set(true);
                throw new LibvirtFailure(code, "as recorded", "");
            });
            trial.requireDone("detaching what went by itself", () -> detach(trial));
        }
    }

    /** Where the guest's name is not the wished one, the serial number tells the guest which disk it is. */
    private static void nameInGuest(DriverTrial trial, String driver, DriverAnswer answer) {
        String document = trial.profile.domainXml(trial.spec(VM));
        boolean bySerial = answer.text().contains("serial");
        trial.require(bySerial || answer.text().equals(FRONTEND), "another name is recorded: " + answer.text());
        trial.require(
                document.contains(bySerial ? "<serial>xvdb</serial>" : "<target dev=\"xvdb\""),
                "the guest cannot tell its disk xvdb");
        trial.require(LiveXml.parse(VM, document).disk("xvdb").isPresent(), "our code does not find disk xvdb");
    }

    private static void missingNodeDevice(DriverTrial trial, String driver, DriverAnswer answer) {
        DefinitionOperations.requireCodes(trial, answer);
        for (int code : answer.codes()) {
            trial.libvirt.fail("virNodeDeviceLookupByName", code);
            trial.requireFailure(
                    ErrorKind.FAILED,
                    "this host has no such device",
                    () -> trial.vmm.detachFromHost(new PciAddress("3f:1f.7")));
        }
    }
}
