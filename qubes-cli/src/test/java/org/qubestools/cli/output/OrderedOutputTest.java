package org.qubestools.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OrderedOutputTest {
    private final List<String> said = new ArrayList<>();
    private final OrderedOutput output = new OrderedOutput(3);

    private void say(int piece, String word) {
        output.say(piece, () -> said.add(word));
    }

    @Test
    void theFirstSpeaksAtOnceAndTheOthersWait() {
        say(1, "b1");
        say(0, "a1");
        assertThat(said).containsExactly("a1");
        output.end(1);
        say(0, "a2");
        say(2, "c1");
        assertThat(said).containsExactly("a1", "a2");

        output.end(0);
        assertThat(said).containsExactly("a1", "a2", "b1", "c1");
        say(2, "c2");
        assertThat(said).endsWith("c1", "c2");
    }

    @Test
    void inTheEndAllIsSaidAlsoAfterOneThatNeverBegan() {
        say(2, "c");
        output.end(0);
        output.end(2);
        assertThat(said).isEmpty();

        output.endAll();
        output.endAll();
        assertThat(said).containsExactly("c");
    }
}
