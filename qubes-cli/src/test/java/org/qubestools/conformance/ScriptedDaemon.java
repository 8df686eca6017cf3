package org.qubestools.conformance;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.qubestools.conformance.DbScript.Exchange;
import org.qubestools.qubesdb.MessageCodec;

/** Plays the daemon's part of a recording, byte for byte, to the first client that connects. */
final class ScriptedDaemon implements AutoCloseable {
    /** How the bytes are cut. */
    enum Cut {
        WHOLE,
        ONE_BYTE,
        RANDOM;

        /** From the number of bytes left to the length of the next piece. */
        IntUnaryOperator pieces(long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            return switch (this) {
                case WHOLE -> left -> left;
                case ONE_BYTE -> left -> 1;
                case RANDOM -> left -> random.nextInt(1, Math.min(left, 2 * MessageCodec.HEADER_LENGTH) + 1);
            };
        }
    }

    private static final long LIMIT_MILLIS = 20_000;

    private final List<Exchange> exchanges;
    private final IntUnaryOperator pieces;
    private final ServerSocketChannel door;
    private final Thread thread;
    private final List<String> differences = Collections.synchronizedList(new ArrayList<>());

    private ScriptedDaemon(List<Exchange> exchanges, IntUnaryOperator pieces, ServerSocketChannel door) {
        this.exchanges = exchanges;
        this.pieces = pieces;
        this.door = door;
        this.thread = new Thread(this::serve, "scripted-daemon");
        this.thread.setDaemon(true);
    }

    static ScriptedDaemon start(Path socket, List<Exchange> exchanges, Cut cut, long seed) throws IOException {
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        door.bind(UnixDomainSocketAddress.of(socket));
        ScriptedDaemon daemon = new ScriptedDaemon(exchanges, cut.pieces(seed), door);
        daemon.thread.start();
        return daemon;
    }

    /** What the client did not ask as it should; once it has gone. */
    List<String> differences() throws InterruptedException {
        thread.join(LIMIT_MILLIS);
        return List.copyOf(differences);
    }

    private void serve() {
        try (SocketChannel client = door.accept()) {
            for (Exchange exchange : exchanges) {
                DbSeen asked = request(client);
                if (!asked.equals(DbScript.seen(exchange.request()))) {
                    differences.add("asked " + asked + " instead of " + DbScript.seen(exchange.request()));
                }
                if (exchange.answer().isEmpty()) {
                    return; // hangs up
                }
                send(client, exchange.bytes());
            }
            request(client); // until the client goes
        } catch (IOException e) {
            // The client went before the end: it says why.
        }
    }

    private static DbSeen request(SocketChannel client) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(MessageCodec.HEADER_LENGTH);
        if (!fill(client, header)) {
            return DbSeen.END;
        }
        MessageCodec.Header parsed = MessageCodec.header(header.duplicate().flip());
        ByteBuffer data = ByteBuffer.allocate((int) parsed.dataLength());
        if (!fill(client, data)) {
            return DbSeen.END;
        }
        return DbSeen.message(parsed.type(), parsed.path(), HexFormat.of().formatHex(data.array()));
    }

    private static boolean fill(SocketChannel client, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (client.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    private void send(SocketChannel client, byte[] bytes) throws IOException {
        int at = 0;
        while (at < bytes.length) {
            int length = pieces.applyAsInt(bytes.length - at);
            ByteBuffer piece = ByteBuffer.wrap(bytes, at, length);
            while (piece.hasRemaining()) {
                client.write(piece);
            }
            at += length;
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
