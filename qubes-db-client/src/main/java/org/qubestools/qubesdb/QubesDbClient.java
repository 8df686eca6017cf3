package org.qubestools.qubesdb;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The database of a domain by the socket of its daemon. Connects at the first command, and again after a connection was
 * lost; watches are made again then, in the background if need be, and their listeners told to read everything again.
 */
public final class QubesDbClient implements QubesDb {
    private final Session session;
    private final WatchThreads threads;

    private QubesDbClient(Endpoint endpoint, QubesDbOptions options) {
        this.threads = new WatchThreads(endpoint.name());
        this.session = new Session(endpoint, options, threads);
    }

    /** The client of a domain's database; connects to nothing yet. */
    public static QubesDbClient of(String domain, QubesDbOptions options) {
        return new QubesDbClient(Endpoint.domain(options.sockets(), domain), options);
    }

    /** The client of the database of the domain that this runs in; connects to nothing yet. */
    public static QubesDbClient local(QubesDbOptions options) {
        return new QubesDbClient(Endpoint.local(options.sockets()), options);
    }

    /** Connects now, if there is no connection that can be used. */
    public void connect() throws QubesDbException, InterruptedException {
        session.ready();
    }

    // ---- commands

    @Override
    public Optional<UntrustedValue> read(QubesDbPath key) throws QubesDbException, InterruptedException {
        return value(call(Message.of(MessageType.READ, key(key).text())));
    }

    @Override
    public Map<QubesDbPath, UntrustedValue> readEach(List<QubesDbPath> keys)
            throws QubesDbException, InterruptedException {
        List<Message> requests = new ArrayList<>();
        for (QubesDbPath key : keys) {
            requests.add(Message.of(MessageType.READ, key(key).text()));
        }
        Map<QubesDbPath, UntrustedValue> values = new LinkedHashMap<>();
        List<Call> calls = callAll(requests);
        for (int i = 0; i < calls.size(); i++) {
            QubesDbPath key = keys.get(i);
            value(calls.get(i)).ifPresent(value -> values.put(key, value));
        }
        return values;
    }

    private Optional<UntrustedValue> value(Call call) throws QubesDbException {
        Message answer = call.accepted();
        return answer.type() == MessageType.NOENT
                ? Optional.empty()
                : Optional.of(UntrustedValue.owning(answer.data()));
    }

    @Override
    public SortedMap<QubesDbPath, UntrustedValue> readDirectory(QubesDbPath directory)
            throws QubesDbException, InterruptedException {
        return values(directory.asDirectory().text());
    }

    @Override
    public SortedMap<QubesDbPath, UntrustedValue> readAll() throws QubesDbException, InterruptedException {
        return values("");
    }

    private SortedMap<QubesDbPath, UntrustedValue> values(String prefix) throws QubesDbException, InterruptedException {
        Call call = call(Message.of(MessageType.MULTIREAD, prefix));
        call.accepted();
        SortedMap<QubesDbPath, UntrustedValue> values = new TreeMap<>();
        for (Message entry : call.entries()) {
            values.put(new QubesDbPath(entry.untrustedPath()), UntrustedValue.owning(entry.data()));
        }
        return values;
    }

    @Override
    public List<QubesDbPath> listDirectory(QubesDbPath directory) throws QubesDbException, InterruptedException {
        return listPrefix(directory.asDirectory().text());
    }

    @Override
    public List<QubesDbPath> listPrefix(String prefix) throws QubesDbException, InterruptedException {
        String text = prefix.isEmpty() ? prefix : new QubesDbPath(prefix).text();
        Call call = call(Message.of(MessageType.LIST, text));
        call.accepted();
        return call.entries().stream()
                .map(entry -> new QubesDbPath(entry.untrustedPath()))
                .toList();
    }

    @Override
    public void write(QubesDbPath key, byte[] value) throws QubesDbException, InterruptedException {
        UntrustedValue.requireValue(value);
        call(Message.of(MessageType.WRITE, key(key).text(), value)).accepted();
    }

    @Override
    public void write(QubesDbPath key, String value) throws QubesDbException, InterruptedException {
        write(key, value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean remove(QubesDbPath key) throws QubesDbException, InterruptedException {
        return removed(key(key).text());
    }

    @Override
    public boolean removeDirectory(QubesDbPath directory) throws QubesDbException, InterruptedException {
        if (directory.equals(QubesDbPath.ROOT)) {
            throw new QubesDbArgumentException("the root cannot be removed as a directory; there is clear()");
        }
        return removed(directory.asDirectory().text());
    }

    private boolean removed(String path) throws QubesDbException, InterruptedException {
        return call(Message.of(MessageType.REMOVE, path)).accepted().type() == MessageType.OK;
    }

    @Override
    public void clear() throws QubesDbException, InterruptedException {
        for (QubesDbPath key : listPrefix("")) {
            remove(key);
        }
    }

    private static QubesDbPath key(QubesDbPath path) {
        if (path.isDirectory()) {
            throw new QubesDbArgumentException("'" + path + "' is a directory, not a key: it ends with '/'");
        }
        return path;
    }

    // ---- watches

    @Override
    public Watch watch(QubesDbPath path, WatchListener listener) throws QubesDbException, InterruptedException {
        Registration registration = new Registration(path, threads.target(listener), session::forget);
        threads.start(); // before that: if this thread is interrupted, they take the answer
        session.register(registration);
        return registration;
    }

    @Override
    public WatchStream watch(List<QubesDbPath> paths) throws QubesDbException, InterruptedException {
        if (paths.isEmpty()) {
            throw new QubesDbArgumentException("a stream watches at least one path");
        }
        QueuedWatchStream stream = new QueuedWatchStream();
        boolean complete = false;
        threads.start();
        try {
            for (QubesDbPath path : paths) {
                Registration registration = new Registration(path, stream, session::forget);
                session.register(registration);
                stream.add(registration);
            }
            complete = true;
            return stream;
        } finally {
            if (!complete) {
                stream.close();
            }
        }
    }

    // ---- calls

    /**
     * Sends a request as it is and awaits the answer, whatever path and value it has: for tools, which leave it to the
     * daemon to refuse. A WATCH of this kind ends with the connection, and its events go nowhere.
     * By the removal of {@code /} daemons of release 3 end: who does not know that his is none uses {@link #clear}.
     *
     * @throws QubesDbRefusedException if the daemon does
     */
    public Answer exchange(Message request) throws QubesDbException, InterruptedException {
        if (!request.type().isRequest() || request.type() == MessageType.UNWATCH) {
            throw new IllegalArgumentException(request.type() + " is no request of its own");
        }
        Call call = call(request);
        return new Answer(call.accepted(), List.copyOf(call.entries()));
    }

    /** What a daemon answers: OK, NOENT, a value, or the end of a list and its entries. */
    public record Answer(Message last, List<Message> entries) {}

    private Call call(Message request) throws QubesDbException, InterruptedException {
        return callAll(List.of(request)).get(0);
    }

    private List<Call> callAll(List<Message> requests) throws QubesDbException, InterruptedException {
        return session.carryOut(new Calls(requests));
    }

    /** Makes a call of each request, the same on any connection. */
    private record Calls(List<Message> requests) implements Function<Connection, List<Call>> {
        @Override
        public List<Call> apply(Connection connection) {
            if (requests.size() == 1) {
                return List.of(new Call(requests.get(0)));
            }
            List<Call> calls = new ArrayList<>(requests.size());
            for (Message request : requests) {
                calls.add(new Call(request));
            }
            return calls;
        }
    }

    @Override
    public void refresh() {
        session.refresh();
    }

    @Override
    public void close() {
        session.close();
        threads.close();
        try {
            session.join();
            threads.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // what is left of the threads ends by itself
        }
    }
}
