package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests on their way out. */
final class SenderTest {
    @TempDir
    private Path folder;

    private static List<Call> calls(int number) {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            calls.add(new Call(Message.of(MessageType.READ, "/key")));
        }
        return calls;
    }

    @Test
    void callsOfAWriteThatFailedWaitForNoAnswerAndThoseBeforeThemDo() throws IOException {
        Path socket = folder.resolve("socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                channel.configureBlocking(false);
                Deque<Call> outstanding = new ConcurrentLinkedDeque<>();
                Sender sender = new Sender(channel, outstanding);
                List<Call> before = calls(2);
                assertThat(sender.send(before)).isTrue();
                server.accept().close();

                boolean failed = false;
                try {
                    sender.send(calls(3));
                } catch (IOException e) {
                    failed = true;
                }
                assertThat(failed).isTrue();
                assertThat(sender.isDeaf()).isTrue();
                assertThat(outstanding).containsExactlyElementsOf(before);
            }
        }
    }
}
