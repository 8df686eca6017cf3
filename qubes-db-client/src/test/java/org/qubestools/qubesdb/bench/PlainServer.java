package org.qubestools.qubesdb.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.qubestools.qubesdb.Message;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;

/** The plainest server: serves one client after the other, gives each read the same value. */
final class PlainServer {
    private static final byte[] VALUE = {'w', 'o', 'r', 'k'};

    private PlainServer() {}

    static void serve(Path socket, Runnable ready) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            ready.run();
            while (true) {
                try (SocketChannel client = server.accept()) {
                    serve(client);
                }
            }
        }
    }

    private static void serve(SocketChannel client) throws IOException {
        ByteBuffer input = ByteBuffer.allocateDirect(MessageCodec.HEADER_LENGTH);
        ByteBuffer output = ByteBuffer.allocateDirect(MessageCodec.HEADER_LENGTH + VALUE.length);
        while (client.read(input) >= 0) {
            if (!input.hasRemaining()) {
                String path = MessageCodec.header(input.flip()).path();
                input.clear();
                output.clear();
                MessageCodec.put(Message.of(MessageType.READ_REPLY, path, VALUE), output);
                client.write(output.flip());
            }
        }
    }
}
