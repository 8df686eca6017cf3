package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.qubestools.qubesdb.MessageType;

/** The daemon of dom0 for a domain that is played by the test, with the content of the recorded conversations. */
final class LinkedDaemon implements AutoCloseable {
    static final Frame DUMP = Frame.of(MessageType.MULTIREAD, "");
    static final Frame END = Frame.entry("", "");
    static final Frame[] CONTENT = {
        Frame.entry("/qubes-vm-type", "AppVM"),
        Frame.entry("/name", "work"),
        Frame.entry("/e", ""),
        Frame.entry("/d/b", "B"),
        Frame.entry("/d/a", "A"),
        END
    };

    private static final int CLIENTS = 100;

    final TestDaemon daemon;
    private final Path socket;

    LinkedDaemon(Path folder, Duration messageTimeout) throws IOException, InterruptedException {
        this.socket = folder.resolve("vchan/vchan.0.7.111.sock");
        DaemonOptions options =
                DaemonOptions.DEFAULT.withLink(new DaemonLink.Listen(socket)).withLimits(CLIENTS, messageTimeout);
        this.daemon = TestDaemon.start(folder, options);
        try (RawClient client = daemon.client()) {
            for (Frame entry : CONTENT) {
                if (!entry.path().isEmpty()) {
                    assertThat(client.ask(Frame.write(entry.path(), entry.data())))
                            .isEqualTo(Frame.ok(entry.path()));
                }
            }
        }
    }

    RawClient client() throws IOException {
        return daemon.client();
    }

    /** The daemon of the domain, which has not asked for anything yet. */
    RawClient domain() throws IOException {
        return RawClient.connect(socket);
    }

    /** The daemon of the domain, which has asked for the content. */
    RawClient syncedDomain() throws IOException {
        RawClient domain = domain();
        domain.send(DUMP);
        domain.expect(CONTENT);
        return domain;
    }

    LinkState state() {
        return daemon.daemon.linkState();
    }

    void until(LinkState state) {
        TestDaemon.until("the link is " + state, () -> state() == state);
    }

    @Override
    public void close() throws IOException {
        daemon.close();
    }
}
