package org.qubestools.core.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class QubesExceptionTest {
    @Test
    void kindMessageAndHintAreKept() {
        QubesException refused = new QubesException(ErrorKind.NO_SUCH_VM, "VM 'work' does not exist", "see qvm-ls");

        assertThat(refused.kind()).isEqualTo(ErrorKind.NO_SUCH_VM);
        assertThat(refused).hasMessage("VM 'work' does not exist");
        assertThat(refused.hint()).contains("see qvm-ls");
    }

    @Test
    void hintMayBeAbsent() {
        assertThat(new QubesException(ErrorKind.FAILED, "no").hint()).isEmpty();
    }
}
