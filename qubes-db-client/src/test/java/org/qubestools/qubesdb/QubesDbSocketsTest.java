package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of sockets; no name of a domain leaves the folder. */
final class QubesDbSocketsTest {
    private static final QubesDbSockets SOCKETS = new QubesDbSockets(Path.of("/run/test"));

    @Test
    void theFolderIsThatOfTheEnvironmentOrTheDefault() {
        assertThat(QubesDbSockets.fromEnvironment(Map.of("QUBES_RUN_DIR", "/other"))
                        .folder())
                .isEqualTo(Path.of("/other"));
        assertThat(QubesDbSockets.fromEnvironment(Map.of()).folder()).isEqualTo(Path.of("/var/run/qubes"));
        assertThat(QubesDbSockets.fromEnvironment(Map.of("QUBES_RUN_DIR", "")).folder())
                .isEqualTo(Path.of("/var/run/qubes"));
    }

    @Test
    void theDefaultFolderIsBelowTheRootThatTheEnvironmentNames() {
        assertThat(QubesDbSockets.fromEnvironment(Map.of("QUBES_ROOT", "/tree/"))
                        .folder())
                .isEqualTo(Path.of("/tree/var/run/qubes"));
        assertThat(QubesDbSockets.fromEnvironment(Map.of("QUBES_ROOT", "")).folder())
                .isEqualTo(Path.of("/var/run/qubes"));
        assertThat(QubesDbSockets.fromEnvironment(Map.of("QUBES_ROOT", "/tree", "QUBES_RUN_DIR", "/other"))
                        .folder())
                .isEqualTo(Path.of("/other"));
    }

    @Test
    void eachDomainHasTwoSockets() {
        assertThat(SOCKETS.socket("work")).isEqualTo(Path.of("/run/test/qubesdb.work.sock"));
        assertThat(SOCKETS.readOnlySocket("work")).isEqualTo(Path.of("/run/test/qubesdb.work.ro.sock"));
        assertThat(SOCKETS.localSocket()).isEqualTo(Path.of("/run/test/qubesdb.sock"));
        assertThat(SOCKETS.localReadOnlySocket()).isEqualTo(Path.of("/run/test/qubesdb.ro.sock"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "sys-net", "dom0", "A.b_c-9", "ro.work", "workro", "a234567890123456789012345678901"})
    void aNameOf1To31CharactersIsTaken(String name) {
        assertThat(SOCKETS.socket(name).getFileName()).hasToString("qubesdb." + name + ".sock");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../x",
                "a/b",
                "/a",
                "-a",
                "1a",
                "_a",
                "a b",
                "a\n",
                "a\u0000",
                "\u00e4",
                "a2345678901234567890123456789012",
                "ro",
                "work.ro"
            })
    void whatIsNoNameIsRefused(String name) {
        assertThatThrownBy(() -> SOCKETS.socket(name)).isInstanceOf(QubesDbArgumentException.class);
        assertThatThrownBy(() -> SOCKETS.readOnlySocket(name)).isInstanceOf(QubesDbArgumentException.class);
        assertThatThrownBy(() -> QubesDbClient.of(name, QubesDbOptions.of(SOCKETS)))
                .isInstanceOf(QubesDbArgumentException.class)
                .message()
                .matches("[ -~]*");
    }
}
