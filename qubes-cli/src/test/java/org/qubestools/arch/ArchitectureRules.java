package org.qubestools.arch;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvent;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The borders between our packages, and the parts of the JDK that only named places may touch. */
final class ArchitectureRules {
    private static final String CORE = "org.qubestools.core";
    private static final String ENTRY_POINT = "org.qubestools.cli.QvmMain";

    /**
     * Work beside other work, reading what a program says while it is fed, the hook that signals need, and calls of
     * libvirt, which nothing else can end or hear.
     */
    private static final Set<String> THREAD_OWNERS = Set.of(
            CORE + ".io.TaskScope",
            CORE + ".io.StreamDrain",
            CORE + ".io.DaemonThread",
            CORE + ".libvirt.LimitedCalls",
            CORE + ".libvirt.EventLoop",
            "org.qubestools.qubesdb.Background",
            "org.qubestools.cli.InterruptHook");

    /** Package of the core -> packages of the core that it may name. The facade may name all. */
    private static final Map<String, Set<String>> CORE_ORDER = Map.ofEntries(
            Map.entry("repair", Set.of("edit", "store", "storage", "vmm", "model", "xml", "io", "error")),
            Map.entry("runtime", Set.of("storage", "store", "property", "vmm", "model", "xml", "io", "error")),
            Map.entry("libvirt", Set.of("vmm", "model", "xml", "io", "error")),
            Map.entry("history", Set.of("edit", "storage", "store", "property", "vmm", "model", "io", "error")),
            Map.entry("edit", Set.of("storage", "property", "vmm", "model", "io", "error")),
            Map.entry("store", Set.of("storage", "property", "vmm", "model", "io", "error")),
            Map.entry("storage", Set.of("vmm", "model", "xml", "io", "posix", "error")),
            Map.entry("property", Set.of("vmm", "model", "io", "error")),
            Map.entry("vmm", Set.of("model", "io", "error")),
            Map.entry("model", Set.of("io", "error")),
            Map.entry("io", Set.of("posix", "error")),
            Map.entry("posix", Set.of("error")),
            Map.entry("xml", Set.of("error")),
            Map.entry("error", Set.of()));

    private static final String FORMAT = "org.qubestools.backup.format.";

    private static final Set<String> VERIFIERS =
            Set.of(FORMAT + "PartVerifier", FORMAT + "HmacVerifier", FORMAT + "ScryptVerifier");

    private static final Set<String> PROCESS_OWNERS =
            Set.of("java.lang.System", "java.io.FileDescriptor", "java.lang.Runtime");

    private static final Set<String> PROCESS_MEMBERS =
            Set.of("out", "err", "in", "setOut", "setErr", "setIn", "console", "exit", "halt", "getenv");

    private static final Set<String> CLOCK_METHODS = Set.of(
            "java.lang.System.currentTimeMillis()",
            "java.util.Calendar.getInstance()",
            "java.util.Date.<init>()",
            "java.util.GregorianCalendar.<init>()");

    private static final Set<String> THREAD_MAKERS = Set.of(
            "java.lang.Thread",
            "java.lang.Thread$Builder",
            "java.util.Timer",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ForkJoinPool",
            "java.util.concurrent.ThreadPoolExecutor");

    private static final Set<String> THREAD_CALLS =
            Set.of("<init>", "startVirtualThread", "ofPlatform", "ofVirtual", "commonPool");

    private ArchitectureRules() {}

    static ArchRule corePackageOrder() {
        return classes()
                .that()
                .resideInAPackage(CORE + "..")
                .should(new ArchCondition<>("name only packages of the core that are further down") {
                    @Override
                    public void check(JavaClass origin, ConditionEvents events) {
                        String from = corePackage(origin);
                        if (from.isEmpty()) {
                            return;
                        }
                        Set<String> allowed = CORE_ORDER.get(from);
                        if (allowed == null) {
                            events.add(
                                    violated(origin, origin.getName() + ": '" + from + "' has no place in the order"));
                            return;
                        }
                        for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                            JavaClass target = dependency.getTargetClass();
                            if (isCore(target)
                                    && !corePackage(target).equals(from)
                                    && !allowed.contains(corePackage(target))) {
                                events.add(violated(origin, dependency.getDescription()));
                            }
                        }
                    }
                });
    }

    static ArchRule noPackageCycles() {
        return slices().matching("org.qubestools.(**)")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true);
    }

    static List<ArchRule> libraryBorders() {
        return List.of(
                only(List.of(CORE + ".libvirt"), "org.libvirt.."),
                only(List.of(CORE + ".libvirt", CORE + ".posix"), "com.sun.jna.."),
                only(List.of("org.qubestools.cli.."), "picocli..", "ch.qos.logback.."),
                only(List.of("org.qubestools.backup.."), "org.apache.commons.compress..", "org.bouncycastle.."));
    }

    static ArchRule libvirtBehindTheFacade() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(CORE, CORE + ".libvirt")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CORE + ".libvirt");
    }

    static ArchRule standardStreamsAndEnvironment() {
        return accessOnlyIn(
                "the standard streams, the environment or the end of the process",
                ArchitectureRules::reachesProcess,
                origin -> origin.getPackageName().equals("org.qubestools.cli"));
    }

    static ArchRule clock() {
        return accessOnlyIn(
                "the system clock",
                ArchitectureRules::readsClock,
                origin -> outermost(origin).equals(ENTRY_POINT));
    }

    /** Waiting with a limit needs the monotonic counter; it says nothing about the date and lives beside the locks. */
    static ArchRule monotonicCounter() {
        return accessOnlyIn(
                "the monotonic counter",
                access -> access.getTarget().getFullName().equals("java.lang.System.nanoTime()"),
                origin -> origin.getPackageName().equals(CORE + ".io")
                        || origin.getName().equals("org.qubestools.qubesdb.Deadline"));
    }

    static ArchRule threads() {
        return accessOnlyIn(
                "a maker of threads",
                access -> {
                    String owner = access.getTargetOwner().getName();
                    boolean maker = THREAD_MAKERS.contains(owner)
                            && (!owner.startsWith("java.lang.Thread") || THREAD_CALLS.contains(access.getName()));
                    boolean async = owner.equals("java.util.concurrent.CompletableFuture")
                            && access.getName().endsWith("Async");
                    return maker
                            || async
                            || Set.of("parallelStream", "parallel").contains(access.getName());
                },
                origin -> THREAD_OWNERS.contains(outermost(origin)));
    }

    /** One class asks about the chunks of VMs, another about those of qubes.xml, which it reads a second time. */
    static List<ArchRule> oneVerification() {
        return List.of(
                accessOnlyIn(
                        "the verification of chunks",
                        access -> VERIFIERS.contains(access.getTargetOwner().getName())
                                && access.getName().equals("verify"),
                        origin -> Set.of(FORMAT + "PartReader", FORMAT + "StoreStage")
                                .contains(outermost(origin))),
                accessOnlyIn(
                        "the maker of verified chunks",
                        access -> makes(access, "VerifiedPart"),
                        origin -> VERIFIERS.contains(outermost(origin))
                                || outermost(origin).equals(FORMAT + "StoreStage")),
                accessOnlyIn(
                        "the maker of a pass through the data",
                        access -> makes(access, "DataPass") || makes(access, "PartReader"),
                        origin -> outermost(origin).equals(FORMAT + "BackupReader")));
    }

    private static boolean makes(JavaAccess<?> access, String type) {
        return access.getTargetOwner().getName().equals(FORMAT + type)
                && access.getName().equals("<init>");
    }

    static ArchRule noFile() {
        return noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.io.File");
    }

    /** But for the class that keeps the JDK from reading a configuration of it. */
    static ArchRule noJdkLogging() {
        return noClasses()
                .that()
                .doNotHaveFullyQualifiedName("org.qubestools.cli.NoLogManager")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.logging..");
    }

    static ArchRule noReflection() {
        return noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.ServiceLoader");
    }

    private static ArchRule only(List<String> users, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(users.toArray(new String[0]))
                .should()
                .dependOnClassesThat(resideInAnyPackage(libraries))
                .as("only " + String.join(", ", users) + " names " + String.join(", ", libraries));
    }

    private static ArchRule accessOnlyIn(String what, Predicate<JavaAccess<?>> forbidden, Predicate<JavaClass> place) {
        return classes()
                .that(new DescribedPredicate<JavaClass>("are not the place for it") {
                    @Override
                    public boolean test(JavaClass origin) {
                        return !place.test(origin);
                    }
                })
                .should(new ArchCondition<JavaClass>("not reach " + what) {
                    @Override
                    public void check(JavaClass origin, ConditionEvents events) {
                        origin.getAccessesFromSelf().stream()
                                .filter(forbidden)
                                .forEach(access -> events.add(violated(origin, access.getDescription())));
                    }
                });
    }

    private static boolean reachesProcess(JavaAccess<?> access) {
        boolean printsTrace = access.getTarget().getFullName().endsWith(".printStackTrace()");
        return printsTrace
                || (PROCESS_OWNERS.contains(access.getTargetOwner().getName())
                        && PROCESS_MEMBERS.contains(access.getName()));
    }

    private static boolean readsClock(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        if (owner.equals("java.time.Clock")) {
            return access.getName().startsWith("system") || access.getName().startsWith("tick");
        }
        if (owner.startsWith("java.time.") && access.getName().equals("now")) {
            return !(access.getTarget() instanceof CodeUnitAccessTarget call)
                    || call.getRawParameterTypes().stream()
                            .noneMatch(parameter -> parameter.getName().equals("java.time.Clock"));
        }
        return CLOCK_METHODS.contains(access.getTarget().getFullName());
    }

    private static ConditionEvent violated(JavaClass origin, String message) {
        return SimpleConditionEvent.violated(origin, message);
    }

    private static boolean isCore(JavaClass target) {
        return target.getPackageName().equals(CORE) || target.getPackageName().startsWith(CORE + ".");
    }

    /** "store" for org.qubestools.core.store and all below it, "" for the facade. */
    private static String corePackage(JavaClass target) {
        String name = target.getPackageName();
        return name.equals(CORE) ? "" : name.substring(CORE.length() + 1).replaceFirst("\\..*", "");
    }

    private static String outermost(JavaClass origin) {
        return origin.getName().replaceFirst("\\$.*", "");
    }
}
