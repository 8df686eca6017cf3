package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.qubesdb.QubesDbDisconnectedException;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.UntrustedValue;

final class LiveVmTest {
    private static final QubesDbPath NAME = new QubesDbPath("/name");
    private static final int MANY = 1000;

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
