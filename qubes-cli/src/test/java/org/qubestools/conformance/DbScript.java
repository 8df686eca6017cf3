package org.qubestools.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import org.qubestools.conformance.DbSteps.Step;
import org.qubestools.qubesdb.Message;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.QubesDbPath;

/** One connection of a recording the other way round: what a client asks, and the recorded bytes that answer it. */
final class DbScript {
    private final List<Exchange> exchanges = new ArrayList<>();
    private final Deque<Message> pending = new ArrayDeque<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final List<String> watched = new ArrayList<>();

    /** A request, the messages that answer it (events apart), and all bytes from there to the next answer. */
    static final class Exchange {
        private final Message request;
        private final List<DbSeen> answer = new ArrayList<>();
        private final List<String> events = new ArrayList<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private Exchange(Message request) {
            this.request = request;
        }

        Message request() {
            return request;
        }

        /** Empty if the daemon hung up instead. */
        List<DbSeen> answer() {
            return answer;
        }

        /** Paths of events within and behind the answer. */
        List<String> events() {
            return events;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }

        private boolean isComplete() {
            if (answer.isEmpty()) {
                return false;
            }
            DbSeen last = answer.get(answer.size() - 1);
            boolean entry = last.is(MessageType.LIST_REPLY) || last.is(MessageType.MULTIREAD_REPLY);
            return !entry || last.path().isEmpty();
        }
    }

    private DbScript() {}

    /** What of a connection can be asked by a client of ours: all up to the first message that answers nothing. */
    static List<Exchange> of(List<Step> steps, String conn) {
        DbScript script = new DbScript();
        for (Step step : steps) {
            if (step.conn().equals(conn) && !script.take(step)) {
                return script.exchanges;
            }
        }
        return script.exchanges;
    }

    /** The paths of the requests in these bytes. */
    static List<String> paths(byte[] bytes) {
        List<String> paths = new ArrayList<>();
        requests(ByteBuffer.wrap(bytes)).forEach(request -> paths.add(request.untrustedPath()));
        return paths;
    }

    /** Whether our client makes a watch of this path, of which it takes the events. */
    static boolean isWatchable(String path) {
        return path.startsWith("/") && QubesDbPath.hasOnlyAllowed(path);
    }

    /** An UNWATCH that our client has no watch for becomes an RM, which may be answered the same. */
    private Message sendable(Message request) {
        String path = request.untrustedPath();
        if (request.type() == MessageType.WATCH && isWatchable(path)) {
            watched.add(path);
        }
        return request.type() != MessageType.UNWATCH || watched.remove(path)
                ? request
                : Message.of(MessageType.REMOVE, path);
    }

    /** False if the script ends here. */
    private boolean take(Step step) {
        switch (step.op()) {
            case "send" -> {
                sent.writeBytes(step.bytes("hex"));
                ByteBuffer unread = ByteBuffer.wrap(sent.toByteArray());
                requests(unread).forEach(request -> pending.add(sendable(request)));
                sent.reset();
                sent.write(unread.array(), unread.position(), unread.remaining());
            }
            case "recv" -> {
                return take(step.seen(), step.bytes("raw"));
            }
            case "eof" -> {
                pending.forEach(request -> exchanges.add(new Exchange(request)));
                return false;
            }
            default -> {
                return true;
            }
        }
        return true;
    }

    private boolean take(DbSeen seen, byte[] raw) {
        Exchange last = exchanges.isEmpty() ? null : exchanges.get(exchanges.size() - 1);
        if (!seen.is(MessageType.EVENT) && (last == null || last.isComplete())) {
            Message request = pending.poll();
            if (request == null) {
                return false;
            }
            last = new Exchange(request);
            exchanges.add(last);
        }
        if (last == null) {
            return false;
        }
        if (seen.is(MessageType.EVENT)) {
            last.events.add(seen.path());
        } else {
            last.answer.add(seen);
        }
        last.bytes.writeBytes(raw);
        return true;
    }

    /**
     * The requests as the recorded daemon took them: data behind a WATCH or UNWATCH are the next request. What no client
     * of ours can send becomes the nearest that it can: the answer is the same.
     */
    private static List<Message> requests(ByteBuffer bytes) {
        List<Message> requests = new ArrayList<>();
        while (bytes.remaining() >= MessageCodec.HEADER_LENGTH) {
            MessageCodec.Header header = MessageCodec.header(bytes.duplicate());
            MessageType type =
                    MessageType.of(header.type()).filter(MessageType::isRequest).orElse(MessageType.READ);
            boolean bare = type == MessageType.WATCH || type == MessageType.UNWATCH;
            long length = bare ? 0 : header.dataLength();
            if (bytes.remaining() < MessageCodec.HEADER_LENGTH + length) {
                break;
            }
            bytes.position(bytes.position() + MessageCodec.HEADER_LENGTH);
            byte[] data = new byte[(int) length];
            bytes.get(data);
            byte[] sendable = Arrays.copyOf(data, Math.min(data.length, MessageCodec.MAX_SENT));
            requests.add(Message.of(type, header.path(), sendable));
        }
        return requests;
    }

    /** As it is to arrive. */
    static DbSeen seen(Message message) {
        return DbSeen.message(
                message.type().number(), message.untrustedPath(), HexFormat.of().formatHex(message.untrustedData()));
    }
}
