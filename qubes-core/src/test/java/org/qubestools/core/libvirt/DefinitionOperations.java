package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.DriverSettings;
import org.qubestools.core.vmm.Vmm;
import org.qubestools.core.vmm.VmmTraits;

/** The recorded operations that define and find domains. */
final class DefinitionOperations {
    private static final String OTHER_UUID = "0d0d0d0d-1111-4111-8111-111111111111";
    private static final String DEFINE = "virDomainDefineXML";

    /** The scripts of network interfaces are libvirt's own; those of disks are Qubes'. */
    private static final Pattern QUBES_PARTS =
            Pattern.compile("<script path=\"block|nostrictreset|<emulator[^>]* type=");

    private DefinitionOperations() {}

    static Map<String, DriverOperation> table() {
        return Map.ofEntries(
                Map.entry(
                        "connection type word",
                        new DriverOperation(
                                trial -> trial.real.keptText("virConnectGetType", trial.connection),
                                DefinitionOperations::typeWord)),
                Map.entry("define XML with domain type xen, PV", part("work", "<domain type=\"xen\"")),
                Map.entry(
                        "define XML with domain type xen, HVM, host without hardware virtualisation",
                        new DriverOperation(
                                trial -> defined(trial, trial.spec("win")), DefinitionOperations::hvmWithoutHardware)),
                Map.entry(
                        "define with unknown parts (disk script, nostrictreset, emulator type)",
                        new DriverOperation(DefinitionOperations::dropped, DefinitionOperations::droppedIsNoticed)),
                Map.entry("define: features/xen/e820_host", part("sys-net", "<e820_host state=\"on\"")),
                Map.entry("define: console target type xen", part("work", "<target [^>]*type=\"xen\"")),
                Map.entry("define: disk driver name phy", part("work", "<driver name=\"phy\"")),
                Map.entry("define: interface with ip child", part("work", "<ip address=")),
                Map.entry(
                        "define: disk with backenddomain",
                        part("win", "<disk (?:(?!</disk>).)*<backenddomain name=\"sys-net\"")),
                Map.entry(
                        "define same name, other uuid",
                        new DriverOperation(
                                trial -> definedTwice(trial, "alone", OTHER_UUID),
                                DefinitionOperations::strangerWithName)),
                Map.entry(
                        "define other name, same uuid",
                        new DriverOperation(
                                trial -> definedTwice(trial, "stranger", trial.store.uuid("alone")),
                                DefinitionOperations::strangerWithUuid)),
                Map.entry(
                        "look up missing name or uuid",
                        new DriverOperation(DefinitionOperations::lookedUp, DefinitionOperations::missing)),
                Map.entry(
                        "dom0 in the domain list",
                        new DriverOperation(DefinitionOperations::listed, DefinitionOperations::dom0)));
    }

    private static void typeWord(DriverTrial trial, String driver, DriverAnswer answer) {
        Map<String, VmmTraits> traits = Map.of("xen", VmmTraits.XEN, "qemu", VmmTraits.QEMU, "test", VmmTraits.TEST);
        trial.libvirt.answer("virConnectGetType", arguments -> answer.text());
        try (Vmm vmm = trial.open(DriverSettings.NONE)) {
            trial.requireDone(
                    "telling the driver",
                    () -> trial.require(
                            vmm.traits().equals(traits.get(driver)),
                            "the traits are those of " + vmm.traits().driver()));
        }
    }

    /** A part of the definition for Xen; who refuses, ignores or drops it must not be told it. */
    private static DriverOperation part(String vm, String regex) {
        Pattern part = Pattern.compile(regex, Pattern.DOTALL);
        return new DriverOperation(
                trial -> {
                    DomainSpec spec = withDrive(trial, vm);
                    String document = xen(spec);
                    if (!part.matcher(document).find()) {
                        return "nothing, since our definition lacks it";
                    }
                    String seen = defined(trial, spec);
                    boolean kept = seen.equals("ok")
                            && part.matcher(readBack(trial, vm)).find();
                    return regex.contains("backenddomain") && kept ? "ok, kept in XML" : seen;
                },
                (trial, driver, answer) -> {
                    Optional<String> told = told(trial, withDrive(trial, vm));
                    boolean has = told.isPresent() && part.matcher(told.get()).find();
                    boolean useless = !answer.isOk()
                            || answer.text().toLowerCase(Locale.ROOT).matches(".*(ignored|dropped).*");
                    trial.require(!(useless && has), "our definition has what it does not take");
                    trial.require(!driver.equals("xen") || useless || has, "our definition lacks it");
                });
    }

    private static DomainSpec withDrive(DriverTrial trial, String vm) {
        return vm.equals("win")
                ? trial.store.with("win", "drive", "cdrom:sys-net:/dev/sdb").spec(vm)
                : trial.spec(vm);
    }

    /** Empty for a VM that our code says the driver cannot have. */
    private static Optional<String> told(DriverTrial trial, DomainSpec spec) {
        try {
            return Optional.of(trial.profile.domainXml(spec));
        } catch (QubesException e) {
            trial.require(e.kind() == ErrorKind.FAILED, "refused as " + e.kind() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private static String xen(DomainSpec spec) {
        return new XenProfile(new CompleteHost()).domainXml(spec);
    }

    private static String defined(DriverTrial trial, DomainSpec spec) {
        return DriverTrial.outcome(() -> trial.define(spec, xen(spec)));
    }

    private static String readBack(DriverTrial trial, String vm) {
        Pointer domain = trial.kept(trial.real.pointer("virDomainLookupByName", trial.connection, vm));
        return trial.real.ownedText("virDomainGetXMLDesc", domain, 0).replace('\'', '"');
    }

    private static void hvmWithoutHardware(DriverTrial trial, String driver, DriverAnswer answer) {
        for (int code : answer.codes()) {
            trial.libvirt.answer(DEFINE, arguments -> {
                throw new LibvirtFailure(code, "invalid argument: could not find capabilities for arch=x86_64", "hvm");
            });
            trial.requireFailure(
                    ErrorKind.FAILED, "no hardware virtualisation", () -> trial.vmm.define(trial.spec("win")));
        }
        if (answer.isOk()) {
            trial.define("win");
            trial.requireDone("defining an HVM", () -> trial.vmm.define(trial.spec("win")));
        }
    }

    /** A NetVM has the disk script and, as its PCI device may be reset softly, the other word; an HVM has the emulator. */
    private static List<DomainSpec> withQubesParts(DriverTrial trial) {
        return List.of(trial.store.with("sys-net", "pci_strictreset", "False").spec("sys-net"), trial.spec("win"));
    }

    private static String dropped(DriverTrial trial) {
        for (DomainSpec spec : withQubesParts(trial)) {
            String seen = defined(trial, spec);
            if (!seen.equals("ok")) {
                return seen;
            }
            if (QUBES_PARTS.matcher(readBack(trial, spec.name())).find()) {
                return "ok, kept";
            }
        }
        return "ok, silently dropped";
    }

    private static void droppedIsNoticed(DriverTrial trial, String driver, DriverAnswer answer) {
        boolean dropped = answer.text().contains("silently dropped");
        for (DomainSpec spec : withQubesParts(trial)) {
            trial.define(spec, xen(spec)); // so that it is undefined in the end
            if (driver.equals("xen") && dropped) {
                trial.requireFailure(ErrorKind.FAILED, "libvirt dropped a needed part", () -> trial.vmm.define(spec));
                trial.require(trial.vmm.find(spec.key()).isEmpty(), "the useless definition stays");
            } else if (driver.equals("test")) {
                trial.requireDone("defining it", () -> trial.vmm.define(spec));
            } else {
                String told = told(trial, spec).orElse("");
                trial.require(!dropped || !QUBES_PARTS.matcher(told).find(), "our definition has what is dropped");
            }
        }
    }

    private static String definedTwice(DriverTrial trial, String name, String uuid) {
        trial.define("alone");
        return DriverTrial.outcome(() -> defineStranger(trial, name, uuid));
    }

    private static Pointer defineStranger(DriverTrial trial, String name, String uuid) {
        String document = "<domain type='test'><name>" + name + "</name><uuid>" + uuid
                + "</uuid><memory>8192</memory><os><type>hvm</type></os></domain>";
        return trial.kept(trial.real.pointer(DEFINE, trial.connection, document));
    }

    /** The VM alone in a definition that every driver leaves as it is; its first definition fails with the code. */
    private static DomainSpec refusedOnce(DriverTrial trial, int code) {
        String own = new TestProfile(new CompleteHost()).domainXml(trial.spec("alone"));
        AtomicInteger calls = new AtomicInteger();
        trial.libvirt.answer(DEFINE, arguments -> {
            if (calls.getAndIncrement() == 0) {
                throw new LibvirtFailure(code, "as recorded", "");
            }
            return trial.real.pointer(DEFINE, arguments);
        });
        return trial.store.spec("alone", own, false);
    }

    private static void strangerWithName(DriverTrial trial, String driver, DriverAnswer answer) {
        requireCodes(trial, answer);
        for (int code : answer.codes()) {
            Pointer stranger = defineStranger(trial, "alone", OTHER_UUID);
            trial.real.number("virDomainCreate", stranger);
            DomainSpec refused = refusedOnce(trial, code);
            trial.requireFailure(ErrorKind.IN_USE, OTHER_UUID, () -> trial.vmm.define(refused));

            trial.real.number("virDomainDestroy", stranger);
            DomainSpec spec = refusedOnce(trial, code);
            trial.requireDone("defining it in the place of a left-over", () -> trial.vmm.define(spec));
            Optional<DomainSnapshot> found = trial.vmm.find(new DomainKey("alone", null));
            trial.require(
                    found.isPresent() && found.get().uuid().equals(spec.uuid()), "the domain is another: " + found);
            trial.vmm.undefine(spec.key());
        }
    }

    private static void strangerWithUuid(DriverTrial trial, String driver, DriverAnswer answer) {
        requireCodes(trial, answer);
        for (int code : answer.codes()) {
            Pointer stranger = defineStranger(trial, "stranger", trial.store.uuid("alone"));
            DomainSpec spec = refusedOnce(trial, code);
            trial.requireFailure(ErrorKind.IN_USE, "'stranger'", () -> trial.vmm.define(spec));
            trial.real.number("virDomainUndefine", stranger);
        }
    }

    static void requireCodes(DriverTrial trial, DriverAnswer answer) {
        trial.require(!answer.codes().isEmpty(), "no error is recorded, but '" + answer.text() + "'");
    }

    private static String lookedUp(DriverTrial trial) {
        String byName = DriverTrial.outcome(
                () -> trial.kept(trial.real.pointer("virDomainLookupByName", trial.connection, "nobody")));
        String byUuid = DriverTrial.outcome(
                () -> trial.kept(trial.real.pointer("virDomainLookupByUUIDString", trial.connection, OTHER_UUID)));
        return byName.equals(byUuid) ? byName : byName + " and " + byUuid;
    }

    private static void missing(DriverTrial trial, String driver, DriverAnswer answer) {
        requireCodes(trial, answer);
        for (int code : answer.codes()) {
            trial.libvirt.fail("virDomainLookupByName", code);
            trial.libvirt.fail("virDomainLookupByUUIDString", code);
            for (DomainKey key : List.of(new DomainKey("nobody", null), new DomainKey("nobody", OTHER_UUID))) {
                trial.requireDone(
                        "looking for it",
                        () -> trial.require(trial.vmm.find(key).isEmpty(), "there is something"));
                trial.requireDone("undefining it", () -> trial.vmm.undefine(key));
                trial.requireDone("ending it", () -> trial.require(!trial.vmm.destroy(key), "something was ended"));
            }
        }
    }

    private static String listed(DriverTrial trial) {
        String dom0 = DriverTrial.outcome(
                () -> trial.kept(trial.real.pointer("virDomainLookupByName", trial.connection, "Domain-0")));
        String test = DriverTrial.outcome(
                () -> trial.kept(trial.real.pointer("virDomainLookupByName", trial.connection, "test")));
        return (dom0.equals("ok") ? "Domain-0" : "absent")
                + (test.equals("ok") ? " (a domain called test is there)" : "");
    }

    private static void dom0(DriverTrial trial, String driver, DriverAnswer answer) {
        boolean absent = answer.agreesWith("absent");
        if (!absent) {
            String name = answer.text().split(",", 2)[0];
            trial.libvirt.answer("virDomainGetName", arguments -> name);
            trial.libvirt.answer(
                    "virDomainLookupByName",
                    arguments -> trial.real.pointer(
                            "virDomainLookupByName", trial.connection, name.equals(arguments[1]) ? "test" : "nobody"));
        }
        boolean listed =
                trial.vmm.domains().stream().anyMatch(domain -> domain.name().equals("dom0"));
        trial.require(listed != absent, absent ? "dom0 is listed" : "dom0 is not listed by our name");
        trial.require(
                trial.vmm.find(new DomainKey("dom0", null)).isPresent() != absent,
                absent ? "dom0 is found" : "dom0 is not found by our name");
    }
}
