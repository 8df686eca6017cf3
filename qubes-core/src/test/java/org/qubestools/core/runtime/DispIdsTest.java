package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;

/** The numbers of DisposableVMs. */
final class DispIdsTest {
    private static final String FILE = "/var/run/qubes/dispid";

    @TempDir
    Path root;

    private RuntimeWorld world;
    private DispIds ids;

    @BeforeEach
    void makeWorld() throws IOException {
        world = RuntimeWorld.in(root, RuntimeWorld.STORE.replace("\"vault\"", "\"disp3\""));
        Files.createDirectories(world.real("/var/run/qubes"));
        ids = new DispIds(world, FileLayer.system(), Ownership.leftAlone());
    }

    @Test
    void theyCountFromOneAndPassOverNamesInUse() throws IOException {
        assertThat(ids.take(world.vms())).isEqualTo(1);
        assertThat(ids.take(world.vms())).isEqualTo(2);
        assertThat(ids.take(world.vms())).isEqualTo(4);

        assertThat(world.real(FILE)).hasContent("5");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(world.real(FILE))))
                .isEqualTo("rw-rw-r--");
        assertThat(DispIds.name(5)).isEqualTo("disp5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1.5", "99999999999", "2147483647"})
    void whatIsNoNumberIsRefused(String text) throws IOException {
        world.file(FILE, text);

        assertThatThrownBy(() -> ids.take(world.vms())).hasMessageStartingWith(FILE + " holds no number");
        assertThat(world.real(FILE)).hasContent(text);
    }
}
