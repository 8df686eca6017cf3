package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.vmm.DomainEvent;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;

/** The recorded operations in the life of a domain. */
final class LifeOperations {
    private static final String VM = "alone";
    private static final int PAUSED = 1;
    private static final int RESTORE_PAUSED = 4;
    private static final int DETAILS = 16;
    private static final int INFO_SIZE = 40;
    private static final int INFO_MAXIMUM = 8;
    private static final int INFO_MEMORY = 16;

    private LifeOperations() {}

    static Map<String, DriverOperation> table() {
        return Map.ofEntries(
                Map.entry(
                        "create with START_PAUSED",
                        new DriverOperation(
                                trial -> {
                                    Pointer domain = trial.define(VM);
                                    return call(trial, "virDomainCreateWithFlags", domain, PAUSED);
                                },
                                LifeOperations::createPaused)),
                Map.entry("resume", new DriverOperation(LifeOperations::resumed, LifeOperations::resume)),
                Map.entry("resume when not active", inactive("virDomainResume")),
                Map.entry("destroy when not active", inactive("virDomainDestroy")),
                Map.entry("shutdown when not active", inactive("virDomainShutdown")),
                Map.entry(
                        "destroy",
                        new DriverOperation(
                                trial -> {
                                    Pointer domain = trial.start(VM);
                                    return "event "
                                            + trial.events(1, () -> trial.real.number("virDomainDestroy", domain));
                                },
                                LifeOperations::destroy)),
                Map.entry(
                        "undefine an active domain",
                        new DriverOperation(
                                trial -> {
                                    Pointer domain = trial.start(VM);
                                    String seen = call(trial, "virDomainUndefine", domain);
                                    return seen + (trial.isTransient(domain) ? ", becomes transient" : ", stays");
                                },
                                LifeOperations::undefineActive)),
                Map.entry(
                        "any call on a handle after undefine of an inactive domain",
                        new DriverOperation(
                                trial -> {
                                    Pointer domain = trial.define(VM);
                                    trial.real.number("virDomainUndefine", domain);
                                    String seen = call(trial, "virDomainGetInfo", domain, new byte[INFO_SIZE]);
                                    return seen + " (id getter: " + trial.real.plain("virDomainGetID", domain) + ")";
                                },
                                LifeOperations::undefinedMeanwhile)),
                Map.entry(
                        "id getter of an old handle after the domain was destroyed by another program",
                        new DriverOperation(
                                trial -> {
                                    Pointer domain = trial.start(VM);
                                    // Other programs cannot reach this driver; recorded is what the handle says that
                                    // was used.
                                    trial.real.number("virDomainDestroy", domain);
                                    return String.valueOf(trial.real.plain("virDomainGetID", domain));
                                },
                                LifeOperations::destroyedByOthers)),
                Map.entry(
                        "event when another program destroys the domain",
                        new DriverOperation(null, (trial, driver, answer) -> knownEvents(trial, answer))),
                Map.entry(
                        "suspend-to-memory",
                        new DriverOperation(
                                trial -> call(trial, "virDomainPMSuspendForDuration", trial.start(VM), 0, 0L, 0),
                                LifeOperations::suspendToMemory)),
                Map.entry("shutdown while suspended", new DriverOperation(null, LifeOperations::shutdownSuspended)),
                Map.entry(
                        "save, restore",
                        new DriverOperation(
                                trial -> inFile(file -> savedAndRestored(trial, file)), LifeOperations::save)),
                Map.entry(
                        "restore with replaced XML",
                        new DriverOperation(
                                trial -> inFile(file -> {
                                    Pointer domain = trial.start(VM);
                                    trial.real.number("virDomainSave", domain, file);
                                    String xml = trial.profile.domainXml(trial.spec(VM));
                                    return call(
                                            trial,
                                            "virDomainRestoreFlags",
                                            trial.connection,
                                            file,
                                            xml,
                                            RESTORE_PAUSED);
                                }),
                                LifeOperations::restoreReplaced)),
                Map.entry("rename", new DriverOperation(null, LifeOperations::rename)),
                Map.entry(
                        "info: field 2 / field 3",
                        new DriverOperation(
                                trial -> {
                                    long[] memory = memory(trial, trial.start(VM));
                                    return memory[0] > memory[1] ? "the same" : memory[0] + " / " + memory[1];
                                },
                                LifeOperations::memoryNow)),
                Map.entry(
                        "cpu statistics of an active domain",
                        new DriverOperation(
                                trial -> call(trial, "virDomainGetCPUStats", trial.define(VM), null, 0, -1, 1, 0)
                                        + " when off",
                                LifeOperations::cpuTime)));
    }

    private static String call(DriverTrial trial, String function, @Nullable Object... arguments) {
        return DriverTrial.outcome(() -> trial.real.number(function, arguments));
    }

    /** Our code has a kind for every event, and a word for why. */
    static void knownEvents(DriverTrial trial, DriverAnswer answer) {
        trial.require(!answer.events().isEmpty(), "no event is recorded, but '" + answer.text() + "'");
        for (String event : answer.events()) {
            String[] words = event.split("/", 2);
            trial.require(isKnown(words[0], words.length == 1 ? "" : words[1]), "no word for event " + event);
        }
    }

    private static boolean isKnown(String kind, String detail) {
        for (int event = 0; EventWords.kind(event) != null; event++) {
            if (kind.equals(String.valueOf(EventWords.kind(event)))) {
                boolean known = detail.isEmpty();
                for (int why = 0; why < DETAILS; why++) {
                    known |= detail.toLowerCase(Locale.ROOT).equals(EventWords.detail(event, why));
                }
                return known;
            }
        }
        return kind.equals(DomainEvent.Kind.DEVICE_ADDED.name()) || kind.equals(DomainEvent.Kind.DEVICE_REMOVED.name());
    }

    private static void createPaused(DriverTrial trial, String driver, DriverAnswer answer) {
        trial.define(VM);
        if (answer.isOk()) {
            trial.libvirt.answer("virDomainCreateWithFlags", arguments -> {
                trial.require(Integer.valueOf(PAUSED).equals(arguments[1]), "the flag is " + arguments[1]);
                trial.real.number("virDomainCreate", arguments[0]);
                return trial.real.number("virDomainSuspend", arguments[0]);
            });
            knownEvents(trial, answer);
        } else {
            DefinitionOperations.requireCodes(trial, answer);
            answer.codes().forEach(code -> trial.libvirt.fail("virDomainCreateWithFlags", code));
        }
        trial.requireDone(
                "a paused start", () -> trial.vmm.createPaused(trial.spec(VM).key()));
        trial.require(
                trial.libvirt.wasAsked("virDomainCreateWithFlags") == answer.isOk(),
                answer.isOk() ? "it is not created by the flag" : "it is created by the flag");
        requireState(trial, DomainState.PAUSED);
    }

    private static void requireState(DriverTrial trial, DomainState state) {
        DomainSnapshot found = trial.look(VM);
        trial.require(found.active() && found.state() == state, "the domain is " + found);
    }

    private static String resumed(DriverTrial trial) throws InterruptedException {
        Pointer domain = trial.start(VM);
        trial.real.number("virDomainSuspend", domain);
        return "ok after suspend; event " + trial.events(1, () -> trial.real.number("virDomainResume", domain));
    }

    private static void resume(DriverTrial trial, String driver, DriverAnswer answer) {
        trial.require(answer.isOk(), "not ok is recorded, but '" + answer.text() + "'");
        knownEvents(trial, answer);
        trial.start(VM);
        trial.vmm.pause(trial.spec(VM).key());
        requireState(trial, DomainState.PAUSED);
        trial.vmm.resume(trial.spec(VM).key());
        requireState(trial, DomainState.RUNNING);
    }

    private static DriverOperation inactive(String function) {
        return new DriverOperation(trial -> call(trial, function, trial.define(VM)), (trial, driver, answer) -> {
            trial.define(VM);
            DefinitionOperations.requireCodes(trial, answer);
            for (int code : answer.codes()) {
                trial.libvirt.fail(function, code);
                stopped(trial, function);
            }
        });
    }

    /** The end of what has ended is no failure; to resume it is one of the user's. */
    private static void stopped(DriverTrial trial, String function) {
        switch (function) {
            case "virDomainResume" ->
                trial.requireFailure(
                        ErrorKind.WRONG_STATE,
                        "is not active",
                        () -> trial.vmm.resume(trial.spec(VM).key()));
            case "virDomainDestroy" ->
                trial.requireDone(
                        "ending it",
                        () -> trial.require(!trial.vmm.destroy(trial.spec(VM).key()), "ended"));
            default ->
                trial.requireDone(
                        "shutting it down",
                        () -> trial.require(!trial.vmm.shutdown(trial.spec(VM).key()), "shut down"));
        }
    }

    private static void destroy(DriverTrial trial, String driver, DriverAnswer answer) {
        knownEvents(trial, answer);
        trial.start(VM);
        trial.require(trial.vmm.destroy(trial.spec(VM).key()), "nothing was ended");
        trial.require(!trial.look(VM).active(), "it is still active");
    }

    private static void undefineActive(DriverTrial trial, String driver, DriverAnswer answer) {
        trial.require(answer.agreesWith("ok, becomes transient"), "another answer is recorded: " + answer.text());
        Pointer domain = trial.start(VM);
        trial.vmm.undefine(trial.spec(VM).key());
        trial.require(trial.isTransient(domain), "it is still defined");
        trial.requireDone(
                "undefining it once more",
                () -> trial.vmm.undefine(trial.spec(VM).key()));
        requireState(trial, DomainState.RUNNING);
        trial.vmm.destroy(trial.spec(VM).key());
        trial.require(trial.vmm.find(trial.spec(VM).key()).isEmpty(), "it is still there");
    }

    private static void undefinedMeanwhile(DriverTrial trial, String driver, DriverAnswer answer) {
        DefinitionOperations.requireCodes(trial, answer);
        trial.start(VM);
        for (int code : answer.codes()) {
            trial.libvirt.fail("virDomainGetInfo", code);
            trial.requireDone(
                    "looking at it",
                    () -> trial.require(trial.vmm.find(trial.spec(VM).key()).isEmpty(), "it is found"));
        }
    }

    private static void destroyedByOthers(DriverTrial trial, String driver, DriverAnswer answer) {
        Pointer domain = trial.start(VM);
        trial.require(trial.look(VM).id() >= 0, "a running domain has no number");
        trial.real.number("virDomainDestroy", domain);
        DomainSnapshot found = trial.look(VM);
        trial.require(!found.active() && found.id() == -1, "the domain that ended is " + found);
    }

    private static void suspendToMemory(DriverTrial trial, String driver, DriverAnswer answer) {
        trial.start(VM);
        if (answer.isOk()) {
            knownEvents(trial, answer);
            trial.libvirt.answer("virDomainPMSuspendForDuration", arguments -> 0);
            trial.require(trial.vmm.suspendToMemory(trial.spec(VM).key()), "it counts as unsupported");
            trial.require(Snapshots.state(7) == DomainState.PMSUSPENDED, "state 7 is " + Snapshots.state(7));
            trial.require(answer.text().contains("state 7"), "another state is recorded: " + answer.text());
        } else {
            DefinitionOperations.requireCodes(trial, answer);
            for (int code : answer.codes()) {
                trial.libvirt.fail("virDomainPMSuspendForDuration", code);
                trial.requireDone(
                        "asking for it",
                        () -> trial.require(
                                !trial.vmm.suspendToMemory(trial.spec(VM).key()), "it counts as done"));
            }
        }
    }

    private static void shutdownSuspended(DriverTrial trial, String driver, DriverAnswer answer) {
        DefinitionOperations.requireCodes(trial, answer);
        trial.start(VM);
        for (int code : answer.codes()) {
            trial.libvirt.fail("virDomainShutdown", code);
            trial.requireFailure(
                    ErrorKind.FAILED,
                    "cannot shut down",
                    () -> trial.vmm.shutdown(trial.spec(VM).key()));
        }
    }

    private interface OnFile {
        String on(String file) throws InterruptedException;
    }

    private static String inFile(OnFile work) throws InterruptedException {
        try {
            Path directory = Files.createTempDirectory("saved");
            Path file = directory.resolve("memory");
            try {
                return work.on(file.toString());
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String savedAndRestored(DriverTrial trial, String file) {
        Pointer domain = trial.start(VM);
        trial.real.number("virDomainSave", domain, file);
        String seen = call(trial, "virDomainRestore", trial.connection, file);
        trial.real.number("virDomainSave", domain, file);
        return seen + "; paused restore: "
                + call(trial, "virDomainRestoreFlags", trial.connection, file, null, RESTORE_PAUSED);
    }

    private static void save(DriverTrial trial, String driver, DriverAnswer answer) throws InterruptedException {
        if (driver.equals("xen")) {
            knownEvents(trial, answer);
        }
        trial.start(VM);
        String saved = inFile(file -> {
            trial.requireDone("saving it", () -> trial.vmm.save(trial.spec(VM).key(), Path.of(file)));
            for (int code : answer.codes()) {
                requireNotRestored(trial, Path.of(file), code);
            }
            return trial.look(VM).active() ? "it runs after it was saved" : "";
        });
        trial.require(saved.isEmpty(), saved);
        trial.require(answer.text().matches("(managed save )?ok\\b.*"), "not ok is recorded, but " + answer.text());
    }

    private static void restoreReplaced(DriverTrial trial, String driver, DriverAnswer answer) {
        DefinitionOperations.requireCodes(trial, answer);
        for (int code : answer.codes()) {
            requireNotRestored(trial, Path.of("/nonexistent/memory"), code);
        }
    }

    private static void requireNotRestored(DriverTrial trial, Path file, int code) {
        trial.libvirt.fail("virDomainRestoreFlags", code);
        trial.requireDone(
                "a restore that the driver cannot do",
                () -> trial.require(!trial.vmm.restorePaused(trial.spec(VM), file), "it counts as restored"));
    }

    /** Our code renames by two definitions, which every driver can. */
    private static void rename(DriverTrial trial, String driver, DriverAnswer answer) {
        answer.codes().forEach(code -> trial.libvirt.fail("virDomainRename", code));
        trial.define(VM);
        String own = new TestProfile(new CompleteHost()).domainXml(trial.spec(VM));
        trial.vmm.undefine(trial.spec(VM).key());
        trial.requireDone(
                "defining it under another name",
                () -> trial.vmm.define(trial.store.spec(VM, own.replace(">alone<", ">alone-new<"), false)));
        trial.require(
                trial.look(VM).name().equals("alone-new"),
                "it is called " + trial.look(VM).name());
        trial.require(!trial.libvirt.wasAsked("virDomainRename"), "our code relies on virDomainRename");
    }

    /** Maximum and present memory in KiB, once the guest has half of what it may have. */
    private static long[] memory(DriverTrial trial, Pointer domain) {
        byte[] info = new byte[INFO_SIZE];
        trial.real.number("virDomainGetInfo", domain, info);
        return new long[] {NativeLibvirt.getLong(info, INFO_MAXIMUM), NativeLibvirt.getLong(info, INFO_MEMORY)};
    }

    private static void memoryNow(DriverTrial trial, String driver, DriverAnswer answer) {
        boolean current = answer.agreesWith("maximum memory / current memory") || answer.agreesWith("the same");
        trial.require(current, "other fields are recorded: " + answer.text());
        long[] memory = memory(trial, trial.start(VM));
        trial.require(memory[0] != memory[1], "the domain has all memory that it may have");
        trial.require(
                trial.look(VM).memoryKib() == memory[1],
                "memory is " + trial.look(VM).memoryKib());
    }

    /** The figure comes without the driver's statistics of processors. */
    private static void cpuTime(DriverTrial trial, String driver, DriverAnswer answer) {
        answer.codes().forEach(code -> trial.libvirt.fail("virDomainGetCPUStats", code));
        trial.start(VM);
        trial.requireDone(
                "asking for CPU time", () -> trial.require(trial.look(VM).cpuTimeNanos() > 0, "CPU time is 0"));
    }
}
