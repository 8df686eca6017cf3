package org.qubestools.qubesdb;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A database in memory, held to {@link QubesDbContract}: a client of a {@link Domain}, which may have many. Nothing waits
 * for a timeout, and a daemon that is started again is found at once.
 */
public final class InMemoryQubesDb implements QubesDb {
    private final Domain domain;
    private final Watches watches = new Watches();
    private final List<Registration> registrations = new ArrayList<>();
    private final WatchThreads listeners;
    /** The start of the daemon that this client talked to last; 0 if to none yet. */
    private int knownStart;

    private boolean closed;

    /** The database of one domain and the daemon that serves it, which runs from the beginning. */
    public static final class Domain {
        private final String name;
        private final NavigableMap<QubesDbPath, UntrustedValue> values = new TreeMap<>();
        private final Set<InMemoryQubesDb> clients = new LinkedHashSet<>();
        private boolean running = true;
        private int starts = 1;

        public Domain(String name) {
            this.name = QubesDbSockets.requireName(name);
        }

        /** Has this key, as if the domain had written it. */
        public synchronized Domain with(String key, String value) {
            put(new QubesDbPath(key), UntrustedValue.of(value.getBytes(StandardCharsets.UTF_8)));
            return this;
        }

        /** A client of its own, connected to nothing yet. */
        public InMemoryQubesDb client() {
            return new InMemoryQubesDb(this);
        }

        /** The daemon ends, and with it all keys. */
        public synchronized void stop() {
            running = false;
            values.clear();
        }

        /** A new daemon serves the domain, with no key; watches are made again and their listeners told so. */
        public synchronized void start() {
            if (!running) {
                running = true;
                starts++;
                clients.forEach(InMemoryQubesDb::reconnect);
            }
        }

        /** Whether somebody watches the domain: a client with a watch that is not closed. */
        public synchronized boolean isWatched() {
            return clients.stream().anyMatch(client -> !client.registrations.isEmpty());
        }

        private void put(QubesDbPath key, UntrustedValue value) {
            values.put(key, value);
            changed(key);
        }

        private boolean remove(QubesDbPath path) {
            boolean found = path.isDirectory()
                    ? values.keySet().removeIf(key -> key.text().startsWith(path.text()))
                    : values.remove(path) != null;
            if (found) {
                changed(path);
            }
            return found;
        }

        private void changed(QubesDbPath path) {
            for (InMemoryQubesDb client : clients) {
                List<Registration> all = client.registrations;
                for (int i = all.size() - 1; i >= 0; i--) {
                    if (all.get(i).path().watches(path.text())) {
                        all.get(i).changed(path);
                    }
                }
            }
        }
    }

    private InMemoryQubesDb(Domain domain) {
        this.domain = domain;
        this.listeners = new WatchThreads("domain '" + domain.name + "'");
    }

    // ---- commands

    /** Under the lock of the domain, as everything that follows. */
    private void requireDaemon() throws QubesDbDisconnectedException {
        if (closed) {
            throw new IllegalStateException("this client of QubesDB is closed");
        }
        if (!domain.running) {
            throw new QubesDbDisconnectedException("no QubesDB of domain '" + domain.name + "': it is stopped");
        }
        reconnect();
    }

    private void reconnect() {
        if (knownStart != 0 && knownStart != domain.starts) {
            watches.resynchronise();
        }
        knownStart = domain.starts;
    }

    private static QubesDbPath key(QubesDbPath path) {
        if (path.isDirectory()) {
            throw new QubesDbArgumentException("'" + path + "' is a directory, not a key: it ends with '/'");
        }
        return path;
    }

    @Override
    public Optional<UntrustedValue> read(QubesDbPath key) throws QubesDbException {
        key(key);
        synchronized (domain) {
            requireDaemon();
            return Optional.ofNullable(domain.values.get(key));
        }
    }

    @Override
    public Map<QubesDbPath, UntrustedValue> readEach(List<QubesDbPath> keys) throws QubesDbException {
        keys.forEach(InMemoryQubesDb::key);
        synchronized (domain) {
            requireDaemon();
            Map<QubesDbPath, UntrustedValue> found = new LinkedHashMap<>();
            for (QubesDbPath key : keys) {
                UntrustedValue value = domain.values.get(key);
                if (value != null) {
                    found.put(key, value);
                }
            }
            return found;
        }
    }

    @Override
    public SortedMap<QubesDbPath, UntrustedValue> readDirectory(QubesDbPath directory) throws QubesDbException {
        return values(directory.asDirectory().text());
    }

    @Override
    public SortedMap<QubesDbPath, UntrustedValue> readAll() throws QubesDbException {
        return values("");
    }

    private SortedMap<QubesDbPath, UntrustedValue> values(String prefix) throws QubesDbException {
        synchronized (domain) {
            requireDaemon();
            SortedMap<QubesDbPath, UntrustedValue> found = new TreeMap<>(domain.values);
            found.keySet().removeIf(key -> !key.text().startsWith(prefix));
            return found;
        }
    }

    @Override
    public List<QubesDbPath> listDirectory(QubesDbPath directory) throws QubesDbException {
        return listPrefix(directory.asDirectory().text());
    }

    @Override
    public List<QubesDbPath> listPrefix(String prefix) throws QubesDbException {
        String text = prefix.isEmpty() ? prefix : new QubesDbPath(prefix).text();
        return List.copyOf(values(text).keySet());
    }

    @Override
    public void write(QubesDbPath key, byte[] value) throws QubesDbException {
        key(key);
        UntrustedValue stored = UntrustedValue.of(value);
        synchronized (domain) {
            requireDaemon();
            domain.put(key, stored);
        }
    }

    @Override
    public void write(QubesDbPath key, String value) throws QubesDbException {
        write(key, value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean remove(QubesDbPath key) throws QubesDbException {
        return removed(key(key));
    }

    @Override
    public boolean removeDirectory(QubesDbPath directory) throws QubesDbException {
        if (directory.equals(QubesDbPath.ROOT)) {
            throw new QubesDbArgumentException("the root cannot be removed as a directory; there is clear()");
        }
        return removed(directory.asDirectory());
    }

    private boolean removed(QubesDbPath path) throws QubesDbException {
        synchronized (domain) {
            requireDaemon();
            return domain.remove(path);
        }
    }

    @Override
    public void clear() throws QubesDbException {
        synchronized (domain) {
            for (QubesDbPath key : listPrefix("")) {
                domain.remove(key);
            }
        }
    }

    // ---- watches

    @Override
    public Watch watch(QubesDbPath path, WatchListener listener) throws QubesDbException {
        Registration registration = new Registration(path, listeners.target(listener), this::forget);
        register(registration);
        listeners.start();
        return registration;
    }

    @Override
    public WatchStream watch(List<QubesDbPath> paths) throws QubesDbException {
        if (paths.isEmpty()) {
            throw new QubesDbArgumentException("a stream watches at least one path");
        }
        QueuedWatchStream stream = new QueuedWatchStream();
        for (QubesDbPath path : paths) {
            Registration registration = new Registration(path, stream, this::forget);
            register(registration);
            stream.add(registration);
        }
        return stream;
    }

    private void register(Registration registration) throws QubesDbException {
        synchronized (domain) {
            requireDaemon();
            domain.clients.add(this);
            registrations.add(registration);
            watches.add(registration);
        }
    }

    private void forget(Registration registration) {
        synchronized (domain) {
            registrations.remove(registration);
            watches.remove(registration);
        }
    }

    // ---- the connection

    @Override
    public void refresh() {
        synchronized (domain) {
            if (domain.running && knownStart == domain.starts) {
                watches.resynchronise();
            }
        }
    }

    @Override
    public void close() {
        synchronized (domain) {
            closed = true;
            domain.clients.remove(this);
            registrations.clear();
            watches.close();
        }
        listeners.close();
        try {
            listeners.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the thread ends by itself
        }
    }
}
