package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the other side of a link may not know of yet. */
final class UnansweredTest {
    private final Unanswered changes = new Unanswered();

    @Test
    void aRemovalIsKnownUntilItIsAnswered() {
        changes.add("/a", false);
        changes.add("/a", true);
        assertThat(changes.mayHaveRemoved("/a")).isTrue();
        assertThat(changes.mayHaveRemoved("/ab")).isFalse();

        changes.answered("/a");
        assertThat(changes.mayHaveRemoved("/a")).isTrue();
        changes.answered("/other");
        assertThat(changes.mayHaveRemoved("/a")).isTrue();
        changes.answered("/a");
        assertThat(changes.mayHaveRemoved("/a")).isFalse();
        changes.answered("/a");
    }

    @Test
    void aDirectoryHoldsWhatIsBelowAndIsEmptiedByIt() {
        changes.add("/d/e/", true);

        assertThat(changes.mayHaveRemoved("/d/e/f")).isTrue();
        assertThat(changes.mayHaveRemoved("/d/")).isTrue();
        assertThat(changes.mayHaveRemoved("/d/e")).isFalse();
    }

    @Test
    void aWriteRemovesNothing() {
        changes.add("/a", false);

        assertThat(changes.mayHaveRemoved("/a")).isFalse();
    }

    @Test
    void ofChangesWithoutAnAnswerTheLatestAreKept() {
        changes.add("/first", true);
        for (int i = 0; i < Unanswered.MOST; i++) {
            changes.add("/k" + i, true);
        }

        assertThat(changes.mayHaveRemoved("/first")).isFalse();
        assertThat(changes.mayHaveRemoved("/k0")).isTrue();
    }
}
