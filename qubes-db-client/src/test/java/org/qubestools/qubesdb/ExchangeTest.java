package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are sent as they are. */
final class ExchangeTest {
    @TempDir
    private Path folder;

    @Test
    void anyPathIsLeftToTheDaemon() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, ScriptedDaemon.Peer::answerAll);
                QubesDbClient db = daemon.strictClient()) {
            assertThat(db.exchange(Message.of(MessageType.READ, "/d/")).last().type())
                    .isEqualTo(MessageType.NOENT);
            assertThat(db.exchange(Message.of(MessageType.REMOVE, "/d/")).last().type())
                    .isEqualTo(MessageType.OK);
            assertThat(daemon.requests()).containsExactly("READ /d/", "REMOVE /d/");
        }
    }
}
