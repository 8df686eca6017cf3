package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qubestools.core.runtime.Programs.Command;
import org.qubestools.core.runtime.Programs.Outcome;

/** Programs of the host, as they are run. */
final class InstalledProgramsTest {
    private final Programs programs = new InstalledPrograms();

    @Test
    void wordsVariablesAndInputArriveAsTheyAre() {
        Outcome outcome =
                programs.run(Command.of("/bin/sh", "-c", "cat; echo \"$1 $X\"; echo no >&2; exit 3", "sh", "a  'b")
                        .after(List.of("env", "Y=1"))
                        .with(Map.of("X", "$(id)"))
                        .with("in\n"));

        assertThat(outcome).isEqualTo(new Outcome(3, "in\na  'b $(id)\n", "no\n"));
    }

    @Test
    void oneThatDoesNotReadItsInputIsFine() {
        Outcome outcome = programs.run(Command.of("/bin/sh", "-c", "exit 0").with("x".repeat(1 << 16)));

        assertThat(outcome.status()).isZero();
    }

    @Test
    void aMissingProgramIsNamedEvenBehindAPrefix() {
        assertThatThrownBy(
                        () -> programs.run(Command.of("/nowhere/qrexec-daemon").after(List.of("env"))))
                .hasMessage("there is no program /nowhere/qrexec-daemon");
    }

    @Test
    void oneThatTakesTooLongIsStopped() {
        assertThatThrownBy(() -> programs.run(
                        Command.of("/bin/sh", "-c", "exec sleep 60").within(Duration.ofMillis(50))))
                .hasMessageContaining("did not end within");
    }
}
