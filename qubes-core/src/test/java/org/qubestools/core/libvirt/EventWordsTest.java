package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qubestools.core.vmm.DomainEvent.Kind;

final class EventWordsTest {
    @Test
    void numbersOfLibvirtHaveWords() {
        assertThat(EventWords.kind(2)).isEqualTo(Kind.STARTED);
        assertThat(EventWords.detail(2, 4)).isEqualTo("wakeup");
        assertThat(EventWords.kind(5)).isEqualTo(Kind.STOPPED);
        assertThat(EventWords.detail(5, 5)).isEqualTo("failed");
        assertThat(EventWords.kind(8)).isEqualTo(Kind.CRASHED);
        assertThat(EventWords.detail(8, 0)).isEqualTo("panicked");
    }

    @Test
    void whatANewerLibvirtInventsHasNone() {
        assertThat(EventWords.kind(9)).isNull();
        assertThat(EventWords.detail(9, 0)).isEmpty();
        assertThat(EventWords.detail(5, 7)).isEmpty();
        assertThat(EventWords.detail(5, -1)).isEmpty();
    }
}
