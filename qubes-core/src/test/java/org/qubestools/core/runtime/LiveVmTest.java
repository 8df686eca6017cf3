package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbDisconnectedException;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbSockets;
import org.qubestools.qubesdb.UntrustedValue;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

final class LiveVmTest {
    private static final QubesDbPath NAME = new QubesDbPath("/name");
    private static final int MANY = 1000;
    private static final int REAL = 100;
    private static final int WARM = 20;

    private StartWorld world;
    private LiveVm vault;

    @BeforeEach
    void makeWorld(@TempDir Path root) {
        world = new StartWorld(root, VmmTraits.XEN);
        vault = world.system().live(world.vm("vault"));
    }

    @AfterEach
    void closeWorld() {
        world.close();
    }

    private Optional<String> name() throws QubesDbException {
        Optional<UntrustedValue> value = vault.database(database -> database.read(NAME));
        return value.map(UntrustedValue::untrustedText);
    }

    @Test
    void aHaltedVmIsDisconnectedAndNobodyConnects() {
        assertThatThrownBy(this::name)
                .isInstanceOf(QubesDbDisconnectedException.class)
                .hasMessage("VM 'vault' does not run");
        assertThat(vault.id()).isEqualTo(-1);
        assertThat(world.steps()).isEmpty();
    }

    @Test
    void theConnectionIsKept() throws QubesDbException {
        world.start("vault");
        world.forgetSteps();

        assertThat(name()).contains("vault");
        assertThat(name()).contains("vault");
        assertThat(world.steps()).isEmpty();
        assertThat(world.services().openConnections()).isEqualTo(1);
    }

    @Test
    void afterADisconnectOneMoreTryFindsTheNewDaemon() throws QubesDbException {
        world.start("vault");
        world.services().loseDatabase("vault");
        assertThatThrownBy(this::name).isInstanceOf(QubesDbDisconnectedException.class);
        assertThat(world.services().openConnections()).isZero();

        world.services().bringBackDatabase("vault");

        assertThat(name()).isEmpty();
        assertThat(world.services().openConnections()).isEqualTo(1);
    }

    @Test
    void aVmThatIsRestartedBehindOurBackIsFoundEachTime() {
        world.start("vault");
        DomainKey key = DomainKey.of(world.vm("vault"));
        for (int i = 0; i < MANY; i++) {
            world.vmm().destroy(key);
            int id = world.vmm().createPaused(key);
            world.services().loseDatabase("vault");
            world.services().bringBackDatabase("vault");

            assertThat(vault.id()).isEqualTo(id);
            vault.refresh();
            assertThat(world.services().openConnections()).isZero();
            assertThat(tryName()).isEmpty();
            assertThat(world.services().openConnections()).isEqualTo(1);
        }
    }

    /** The way to real daemons, which others start and end. */
    private record Daemons(Path folder) implements DomainDatabases {
        @Override
        public void start(QubesVm vm, int domainId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void stop(QubesVm vm) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean outliveDomains() {
            throw new UnsupportedOperationException();
        }

        @Override
        public QubesDb connect(QubesVm vm) {
            return QubesDbClient.of(vm.name(), QubesDbOptions.of(new QubesDbSockets(folder)));
        }
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Test
    void restartsOfRealDaemonsLeaveNoDescriptor(@TempDir Path folder) throws Exception {
        world.start("vault");
        try (LiveVm live = new LiveVm(world.vm("vault"), LazyVmm.connectingBy(world::vmm), new Daemons(folder))) {
            long before = 0;
            for (int i = 0; i < REAL; i++) {
                try (QubesDbDaemon daemon = QubesDbDaemon.start(folder, "vault", DaemonOptions.DEFAULT)) {
                    live.database(database -> {
                        database.write(NAME, "vault");
                        return database;
                    });
                }
                assertThatThrownBy(() -> live.database(database -> database.read(NAME)))
                        .isInstanceOf(QubesDbDisconnectedException.class);
                before = i == WARM ? descriptors() : before; // libraries and the like are open by now
            }
            assertThat(descriptors()).isLessThan(before + REAL / 2);
        }
    }

    private Optional<String> tryName() {
        try {
            return name();
        } catch (QubesDbException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nothingOfItInOfflineMode() {
        for (String name : new String[] {"vault", "dom0"}) {
            LiveVm offline = new LiveVm(world.vm(name), LazyVmm.offline(), world.services());
            assertThatThrownBy(() -> offline.database(database -> database.read(NAME)))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.OFFLINE));
        }
        assertThat(world.steps()).isEmpty();
    }

    @Test
    void closingTheSystemClosesAllConnections() throws QubesDbException {
        world.start("work");
        assertThat(world.services().openConnections()).isEqualTo(3);

        world.system().close();

        assertThat(world.services().openConnections()).isZero();
    }
}
