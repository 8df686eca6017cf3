package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.vmm.VmmTraits;

final class HostServicesTest {
    @TempDir
    private Path root;

    private DomainDatabases databases(VmmTraits traits, String daemon) {
        Map<String, String> settings = Map.of(HostProgram.QUBESDB_DAEMON.key(), daemon);
        return HostServices.of(
                        traits,
                        new HostServices.Surroundings(
                                path -> root.resolve(path.substring(1)),
                                false,
                                Map.of(),
                                settings,
                                WaitTime.SYSTEM,
                                warning -> {}))
                .databases();
    }

    @Test
    void qubesOwnDaemonsServeTheDatabasesOnXen() {
        DomainDatabases databases = databases(VmmTraits.XEN, "/bin/sh");

        assertThat(databases).isInstanceOf(QubesDbDaemons.class);
        assertThat(databases.outliveDomains()).isFalse();
    }

    @Test
    void whereTheyAreNotInstalledOursDoes() {
        DomainDatabases databases =
                databases(VmmTraits.XEN, root.resolve("absent").toString());

        assertThat(databases).isInstanceOf(HostdDatabases.class);
        assertThat(databases.outliveDomains()).isTrue();
    }

    @Test
    void onQemuOursAlwaysDoes() {
        assertThat(databases(VmmTraits.QEMU, "/bin/sh")).isInstanceOf(HostdDatabases.class);
    }
}
