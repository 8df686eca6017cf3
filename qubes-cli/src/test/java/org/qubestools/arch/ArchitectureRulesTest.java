package org.qubestools.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qubestools.arch.Snippets.method;

import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each rule must be able to fail, and must let the allowed place pass. */
final class ArchitectureRulesTest {
    private static final String VALUE = "return new Object();";

    @TempDir
    Path directory;

    @Test
    void aPackageThatNamesOneFurtherUpIsFound() throws IOException {
        Map<String, String> sources = Snippets.all(
                method("org.qubestools.core.store.Store", VALUE),
                method("org.qubestools.core.model.Bad", "return new org.qubestools.core.store.Store();"),
                method("org.qubestools.core.runtime.Good", "return new org.qubestools.core.store.Store();"),
                method("org.qubestools.core.Facade", "return new org.qubestools.core.runtime.Good();"));

        assertOnlyBadFails(ArchitectureRules.corePackageOrder(), sources);
    }

    @Test
    void aPackageWithoutPlaceInTheOrderIsFound() throws IOException {
        assertOnlyBadFails(ArchitectureRules.corePackageOrder(), method("org.qubestools.core.misc.Bad", VALUE));
    }

    @Test
    void aCycleIsFound() throws IOException {
        Map<String, String> sources = Snippets.all(
                method("org.qubestools.devices.Bad", "return new org.qubestools.devices.usb.Other();"),
                method("org.qubestools.devices.usb.Other", "return new org.qubestools.devices.Bad();"));

        assertThat(failures(ArchitectureRules.noPackageCycles(), sources)).hasSize(1);
    }

    @Test
    void aLibraryBehindTheWrongBorderIsFound() throws IOException {
        Map<String, String> sources = Snippets.all(
                method("org.libvirt.Connect", VALUE),
                method("com.sun.jna.Native", VALUE),
                method("org.bouncycastle.Cipher", VALUE),
                method("picocli.Parser", VALUE),
                method("org.qubestools.core.libvirt.Good", "return new org.libvirt.Connect();"),
                method("org.qubestools.core.runtime.Bad", "return new org.libvirt.Connect();"),
                method("org.qubestools.core.posix.Good", "return new com.sun.jna.Native();"),
                method("org.qubestools.core.io.Bad", "return new com.sun.jna.Native();"),
                method("org.qubestools.cli.Bad", "return new org.bouncycastle.Cipher();"),
                method("org.qubestools.core.Bad", "return new picocli.Parser();"));

        for (ArchRule rule : ArchitectureRules.libraryBorders()) {
            assertThat(failures(rule, sources, directory.resolve(String.valueOf(rule.hashCode()))))
                    .hasSize(1)
                    .allMatch(failure -> failure.contains("Bad"));
        }
    }

    @Test
    void useOfTheLibvirtDriverBesideTheFacadeIsFound() throws IOException {
        Map<String, String> sources = Snippets.all(
                method("org.qubestools.core.libvirt.Driver", VALUE),
                method("org.qubestools.core.Facade", "return new org.qubestools.core.libvirt.Driver();"),
                method("org.qubestools.devices.Bad", "return new org.qubestools.core.libvirt.Driver();"));

        assertOnlyBadFails(ArchitectureRules.libvirtBehindTheFacade(), sources);
    }

    @Test
    void standardStreamsAndEnvironmentAreFound() throws IOException {
        Map<String, String> sources = Snippets.all(
                method("org.qubestools.cli.Main", "System.exit(1); return System.out;"),
                method("org.qubestools.cli.tool.Bad", "return System.err;"),
                method("org.qubestools.core.BadEnvironment", "return System.getenv(\"HOME\");"),
                method("org.qubestools.core.BadDescriptor", "return java.io.FileDescriptor.out;"),
                method("org.qubestools.core.BadTrace", "new Exception().printStackTrace(); return 1;"),
                method("org.qubestools.core.BadExit", "Runtime.getRuntime().halt(1); return 1;"),
                method("org.qubestools.core.Good", "return System.lineSeparator();"));

        assertFails(ArchitectureRules.standardStreamsAndEnvironment(), sources, 5);
    }

    @Test
    void readingTheClockIsFound() throws IOException {
        Map<String, String> sources = Snippets.all(
                method("org.qubestools.cli.QvmMain", "return java.time.Clock.systemUTC();"),
                method("org.qubestools.cli.Bad", "return java.time.Clock.systemDefaultZone();"),
                method("org.qubestools.core.BadInstant", "return java.time.Instant.now();"),
                method("org.qubestools.core.BadZone", "return java.time.LocalDate.now(java.time.ZoneOffset.UTC);"),
                method("org.qubestools.core.BadMillis", "return System.currentTimeMillis();"),
                method("org.qubestools.core.BadDate", "return new java.util.Date();"),
                method("org.qubestools.core.BadReference", supplier("java.time.Instant::now")),
                method("org.qubestools.core.Good", "java.time.Clock c = null; return java.time.Instant.now(c);"));

        assertFails(ArchitectureRules.clock(), sources, 6);
    }

    @Test
    void readingTheCounterIsFound() throws IOException {
        Map<String, String> sources = Snippets.all(
                method("org.qubestools.core.io.Wait", "return System.nanoTime();"),
                method("org.qubestools.core.store.Bad", "return System.nanoTime();"));

        assertOnlyBadFails(ArchitectureRules.monotonicCounter(), sources);
    }

    @Test
    void makingThreadsIsFound() throws IOException {
        Map<String, String> sources = Snippets.all(
                method("org.qubestools.core.io.TaskScope", "return new Thread();"),
                method("org.qubestools.core.io.BadThread", "return new Thread();"),
                method(
                        "org.qubestools.core.io.BadPool",
                        "return java.util.concurrent.Executors.newCachedThreadPool();"),
                method(
                        "org.qubestools.core.io.BadAsync",
                        "return java.util.concurrent.CompletableFuture.runAsync(() -> {});"),
                method("org.qubestools.core.io.BadStream", "return java.util.List.of(1).parallelStream();"),
                method("org.qubestools.core.io.BadReference", supplier("Thread::new")),
                method(
                        "org.qubestools.core.io.Good",
                        "new ProcessBuilder().start().onExit().join(); return Thread.currentThread();"));

        assertFails(ArchitectureRules.threads(), sources, 5);
    }

    @Test
    void anotherWayToVerifyChunksIsFound() throws IOException {
        String format = "org.qubestools.backup.format.";
        String head = "package org.qubestools.backup.format; public class ";
        Map<String, String> sources = Snippets.all(
                Map.of(
                        format + "PartVerifier",
                        head + "PartVerifier { public Object verify() { return new VerifiedPart(); } }"),
                Map.of(format + "VerifiedPart", head + "VerifiedPart {}"),
                Map.of(format + "DataPass", head + "DataPass {}"),
                method(format + "PartReader", "return new PartVerifier().verify();"),
                method(format + "BackupReader", "return new DataPass();"),
                method("org.qubestools.backup.unpack.BadVerify", "return new " + format + "PartVerifier().verify();"),
                method("org.qubestools.backup.unpack.BadPart", "return new " + format + "VerifiedPart();"),
                method("org.qubestools.backup.unpack.BadPass", "return new " + format + "DataPass();"));

        for (ArchRule rule : ArchitectureRules.oneVerification()) {
            assertThat(failures(rule, sources, directory.resolve(String.valueOf(rule.hashCode()))))
                    .singleElement()
                    .asString()
                    .contains("Bad");
        }
    }

    @Test
    void filesLoggersAndReflectionAreFound() throws IOException {
        Map<String, String> sources = Snippets.all(
                method("org.qubestools.core.BadFile", "return new java.io.File(\"x\");"),
                method("org.qubestools.core.BadLog", "return java.util.logging.Logger.getLogger(\"x\");"),
                method("org.qubestools.core.BadCall", "return getClass().getMethods()[0].invoke(this);"),
                method("org.qubestools.core.BadName", "return Class.forName(\"x\");"),
                method("org.qubestools.core.Good", "return java.nio.file.Path.of(\"x\");"));

        assertThat(failures(ArchitectureRules.noFile(), sources, directory.resolve("file")))
                .isNotEmpty()
                .allMatch(failure -> failure.contains("BadFile"));
        assertThat(failures(ArchitectureRules.noJdkLogging(), sources, directory.resolve("log")))
                .isNotEmpty()
                .allMatch(failure -> failure.contains("BadLog"));
        assertThat(String.join("\n", failures(ArchitectureRules.noReflection(), sources, directory.resolve("call"))))
                .contains("BadCall", "BadName")
                .doesNotContain("Good");
    }

    private static String supplier(String reference) {
        return "java.util.function.Supplier<Object> s = " + reference + "; return s;";
    }

    private void assertOnlyBadFails(ArchRule rule, Map<String, String> sources) throws IOException {
        assertFails(rule, sources, 1);
    }

    private void assertFails(ArchRule rule, Map<String, String> sources, int times) throws IOException {
        assertThat(failures(rule, sources)).hasSize(times).allMatch(failure -> failure.contains("Bad"));
    }

    private List<String> failures(ArchRule rule, Map<String, String> sources) throws IOException {
        return failures(rule, sources, directory.resolve("snippets"));
    }

    private static List<String> failures(ArchRule rule, Map<String, String> sources, Path where) throws IOException {
        Files.createDirectories(where);
        return rule.evaluate(Snippets.compile(where, sources))
                .getFailureReport()
                .getDetails();
    }
}
