package org.qubestools.qubesdb.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;

/**
 * A process of twenty clients that do their worst without a pause, two of each kind. {@link #main} says when all of them
 * have begun, ends with its standard input, and then says how many times they have sent something.
 */
public final class HostileClients {
    private static final int OF_EACH_KIND = 2;
    private static final int IN_FLIGHT = 16;
    private static final int WATCHES = 10_000;
    private static final int LENGTH_AT = 68;
    private static final String VALUE = "v".repeat(3000);

    private final Path socket;
    private final CountDownLatch begun = new CountDownLatch(OF_EACH_KIND * Kind.values().length);
    private final LongAdder sent = new LongAdder();

    private HostileClients(Path socket) {
        this.socket = socket;
    }

    /** What one client does, with one connection after the other. */
    private enum Kind {
        HALF_HEADERS,
        UNREAD_LISTS,
        READS,
        WRITES,
        CONNECTIONS,
        HUGE_LENGTHS,
        NULS,
        BYTE_BY_BYTE,
        UNREAD_EVENTS_OF_OTHERS,
        UNREAD_EVENTS_OF_ITS_OWN
    }

    /** Argument: the socket. */
    public static void main(String[] arguments) throws Exception {
        new HostileClients(Path.of(arguments[0])).run();
    }

    private void run() throws Exception {
        for (int i = 0; i < OF_EACH_KIND; i++) {
            for (Kind kind : Kind.values()) {
                Thread thread = new Thread(() -> attack(kind));
                thread.setDaemon(true);
                thread.start();
            }
        }
        begun.await();
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Until it ends.
        }
        System.out.println(sent.sum());
    }

    private void attack(Kind kind) {
        boolean first = true;
        while (true) {
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                if (first) {
                    begun.countDown();
                    first = false;
                }
                attack(kind, channel);
            } catch (IOException e) {
                // Hung up on: once more.
            }
        }
    }

    private void attack(Kind kind, SocketChannel channel) throws IOException {
        switch (kind) {
            case HALF_HEADERS -> {
                send(channel, header(MessageType.READ, "/name", 0).limit(MessageCodec.HEADER_LENGTH / 2));
                receive(channel, 1);
            }
            case UNREAD_LISTS -> sendForEver(channel, header(MessageType.MULTIREAD, "", 0));
            case READS -> flood(channel, message(MessageType.READ, "/many/1", ""), "value 1".length());
            case WRITES -> flood(channel, message(MessageType.WRITE, "/bad/key", VALUE), 0);
            case CONNECTIONS -> {
                send(channel, message(MessageType.READ, "/none", ""));
                receive(channel, MessageCodec.HEADER_LENGTH);
            }
            case HUGE_LENGTHS -> {
                send(channel, header(MessageType.WRITE, "/bad/huge", -1));
                sendForEver(channel, ByteBuffer.allocate(1 << 16));
            }
            case NULS -> flood(channel, message(MessageType.WRITE, "/bad/nul", VALUE.replace('v', '\0')), 0);
            case BYTE_BY_BYTE -> {
                ByteBuffer bytes = message(MessageType.WRITE, "/bad/drop", VALUE);
                for (int i = 0; i < bytes.limit(); i++) {
                    send(channel, bytes.slice(i, 1));
                }
                receive(channel, MessageCodec.HEADER_LENGTH);
            }
            case UNREAD_EVENTS_OF_OTHERS -> {
                watch(channel);
                sendForEver(channel, message(MessageType.READ, "/many/1", ""));
            }
            case UNREAD_EVENTS_OF_ITS_OWN -> {
                watch(channel);
                sendForEver(channel, message(MessageType.WRITE, "/bad/key", VALUE));
            }
        }
    }

    /** Sixteen requests, then their answers, again and again. */
    private void flood(SocketChannel channel, ByteBuffer request, int answered) throws IOException {
        ByteBuffer batch = ByteBuffer.allocateDirect(IN_FLIGHT * request.limit());
        for (int i = 0; i < IN_FLIGHT; i++) {
            batch.put(request.duplicate());
        }
        batch.flip();
        while (true) {
            send(channel, batch.duplicate());
            receive(channel, IN_FLIGHT * (MessageCodec.HEADER_LENGTH + answered));
        }
    }

    /** As many watches as a client may have. */
    private void watch(SocketChannel channel) throws IOException {
        ByteBuffer request = message(MessageType.WATCH, "/bad/", "");
        for (int i = 0; i < WATCHES; i++) {
            send(channel, request.duplicate());
            receive(channel, MessageCodec.HEADER_LENGTH);
        }
    }

    private static ByteBuffer header(MessageType type, String path, int length) {
        ByteBuffer bytes = message(type, path, "").order(ByteOrder.nativeOrder());
        return bytes.putInt(LENGTH_AT, length);
    }

    private static ByteBuffer message(MessageType type, String path, String value) {
        byte[] data = value.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer bytes = ByteBuffer.allocate(MessageCodec.HEADER_LENGTH + data.length);
        MessageCodec.put(type, path, data, bytes);
        return bytes.flip();
    }

    private void sendForEver(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (true) {
            send(channel, bytes.duplicate());
        }
    }

    private void send(SocketChannel channel, ByteBuffer bytes) throws IOException {
        sent.increment();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void receive(SocketChannel channel, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException();
            }
        }
    }
}
