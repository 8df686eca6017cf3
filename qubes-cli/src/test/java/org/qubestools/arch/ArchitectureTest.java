package org.qubestools.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Holds the classes of all modules to {@link ArchitectureRules}. */
final class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .withImportOption(location -> !location.contains("org/qubestools/fixtures"))
            .importPackages("org.qubestools");

    @Test
    void theClassesOfTheModulesAreSeen() {
        assertThat(OURS.contain("org.qubestools.core.io.SafeText")).isTrue();
        assertThat(OURS.contain(ArchitectureTest.class)).isFalse();
    }

    @Test
    void packagesOfTheCoreNameOnlyThoseFurtherDown() {
        ArchitectureRules.corePackageOrder().check(OURS);
    }

    @Test
    void noPackagesFormACycle() {
        ArchitectureRules.noPackageCycles().check(OURS);
    }

    @Test
    void librariesStayBehindTheirBorders() {
        ArchitectureRules.libraryBorders().forEach(rule -> rule.check(OURS));
    }

    @Test
    void onlyTheFacadeNamesTheLibvirtDriver() {
        ArchitectureRules.libvirtBehindTheFacade().check(OURS);
    }

    @Test
    void onlyTheCommandLineTouchesStreamsAndEnvironment() {
        ArchitectureRules.standardStreamsAndEnvironment().check(OURS);
    }

    @Test
    void onlyTheEntryPointMakesTheSystemClock() {
        ArchitectureRules.clock().check(OURS);
    }

    @Test
    void onlyWaitsReadTheMonotonicCounter() {
        ArchitectureRules.monotonicCounter().check(OURS);
    }

    @Test
    void onlyTheTaskScopeMakesThreads() {
        ArchitectureRules.threads().check(OURS);
    }

    @Test
    void chunksAreVerifiedInOnePlace() {
        ArchitectureRules.oneVerification().forEach(rule -> rule.check(OURS));
    }

    @Test
    void filesArePaths() {
        ArchitectureRules.noFile().check(OURS);
    }

    @Test
    void nobodyLogsThroughTheJdk() {
        ArchitectureRules.noJdkLogging().check(OURS);
    }

    @Test
    void nobodyReflects() {
        ArchitectureRules.noReflection().check(OURS);
    }
}
