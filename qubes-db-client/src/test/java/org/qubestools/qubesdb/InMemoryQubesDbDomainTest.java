package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What the fake has for tests beside the contract. */
final class InMemoryQubesDbDomainTest {
    private static final QubesDbPath KEY = new QubesDbPath("/key");

    private final InMemoryQubesDb.Domain domain = new InMemoryQubesDb.Domain("work");

    @Test
    void aDomainHasWhatItIsGivenAndItsWatchersAreTold() throws Exception {
        Recorder recorder = new Recorder();
        try (QubesDb db = domain.client();
                Watch watch = db.watch(KEY, recorder)) {
            domain.with("/key", "value");

            assertThat(db.read(KEY).orElseThrow().untrustedText()).isEqualTo("value");
            assertThat(recorder.next()).isEqualTo("/key");
        }
    }

    @Test
    void aDomainKnowsWhetherItIsWatched() throws Exception {
        try (QubesDb db = domain.client()) {
            assertThat(domain.isWatched()).isFalse();
            Watch watch = db.watch(KEY, new Recorder());
            assertThat(domain.isWatched()).isTrue();
            watch.close();
            assertThat(domain.isWatched()).isFalse();
        }
    }

    @Test
    void twoDomainsHaveNothingInCommon() throws Exception {
        try (QubesDb db = new InMemoryQubesDb.Domain("other").client()) {
            domain.with("/key", "value");

            assertThat(db.readAll()).isEmpty();
        }
    }

    @Test
    void aNameThatNoDomainHasIsRefused() {
        assertThatThrownBy(() -> new InMemoryQubesDb.Domain("a/b")).isInstanceOf(QubesDbArgumentException.class);
    }
}
