package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where the programs of a host are. */
final class HostProgramTest {
    private static final Path PAGE = Path.of("..", "docs", "hooks.md");

    @ParameterizedTest
    @EnumSource(HostProgram.class)
    void theConfigurationNamesAnother(HostProgram program) {
        assertThat(program.in(Map.of(program.key(), "/x/y"))).isEqualTo("/x/y");
        assertThat(program.in(Map.of(program.key(), ""))).isEqualTo(program.in(Map.of()));
    }

    @ParameterizedTest
    @EnumSource(HostProgram.class)
    void thePageNamesEachKeyAndProgram(HostProgram program) throws IOException {
        assertThat(Files.readString(PAGE)).contains("`" + program.key() + "`", "`" + program.in(Map.of()) + "`");
    }

    @ParameterizedTest
    @EnumSource(HookPoint.class)
    void thePageNamesEachPoint(HookPoint point) throws IOException {
        assertThat(Files.readString(PAGE)).contains("`" + point.folder() + "`");
    }

    @Test
    void keysAreThoseOfTheEnvironment() {
        assertThat(HostProgram.GUI_DAEMON.key()).isEqualTo("QUBES_GUI_DAEMON_PROGRAM");
    }
}
