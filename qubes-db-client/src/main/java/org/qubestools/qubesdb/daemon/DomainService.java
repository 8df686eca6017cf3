package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The database of one domain and its clients. For the thread of the loop, but for what says otherwise. */
final class DomainService {
    private final Loop loop;
    private final DaemonOptions options;
    private final LimitedLog log;
    private final String stem;
    private final boolean hasName;
    private final SocketFiles files;
    private final LinkKeeper link;
    private final DomainStore store = new DomainStore();
    private final WatchTable<ClientConnection> watches = new WatchTable<>();
    private final List<ClientDoor> doors = new ArrayList<>();
    private final Set<ClientConnection> clients = new LinkedHashSet<>();
    private final CountDownLatch served = new CountDownLatch(1);

    private int clientNumber;
    private boolean paused;
    private @Nullable Runnable emptied;

    private DomainService(Loop loop, Path folder, @Nullable String name, DaemonOptions options) throws IOException {
        this.loop = loop;
        this.options = options;
        this.log = new LimitedLog(options.log());
        this.hasName = name != null;
        this.stem = name == null ? "qubesdb" : "qubesdb." + name;
        this.link = new LinkKeeper(this, options.link(), name == null);
        this.files = new SocketFiles(folder, stem);
    }

    /**
     * Starts to serve; with a link that leads to dom0, once that has given the content.
     *
     * @param name of the domain; null for the domain that this runs in, whose sockets have no name in theirs
     */
    static DomainService start(Loop loop, Path folder, @Nullable String name, DaemonOptions options)
            throws IOException {
        DomainService service = new DomainService(loop, folder, name, options);
        boolean started = false;
        try {
            if (service.link.isNeeded()) {
                service.files.requireUnanswered(service.stem + ".sock");
            } else {
                service.open();
            }
            service.link.start(service.files);
            started = true;
            return service;
        } finally {
            if (!started) {
                service.end();
            }
        }
    }

    private void open() throws IOException {
        door(files.socket(stem + ".sock", options.mode()), false);
        door(files.socket(stem + ".ro.sock", options.readOnlyMode()), true);
        if (hasName) {
            files.processNumber(stem + ".pid");
        }
        if (hasName && options.local()) {
            files.link("qubesdb.sock", stem + ".sock");
            files.link("qubesdb.ro.sock", stem + ".ro.sock");
        }
        served.countDown();
    }

    private void door(ServerSocketChannel channel, boolean readOnly) throws IOException {
        boolean kept = false;
        try {
            doors.add(new ClientDoor(this, channel, readOnly));
            kept = true;
        } finally {
            if (!kept) {
                channel.close();
            }
        }
    }

    /** The content is there: clients are served, for the first time or again. */
    void serve() throws IOException {
        if (emptied != null) {
            return; // it ends
        }
        paused = false;
        if (doors.isEmpty()) {
            boolean opened = false;
            try {
                open();
                opened = true;
            } finally {
                if (!opened) {
                    closeDoors(); // all of them or none
                }
            }
        }
        doors.forEach(door -> door.pause(false));
        clients.forEach(client -> client.peer().pause(false));
    }

    private void closeDoors() throws IOException {
        for (ClientDoor door : doors) {
            door.close();
        }
        doors.clear();
    }

    /** The content may be out of date: clients have to wait. */
    void pause() {
        paused = true;
        doors.forEach(door -> door.pause(true));
        clients.forEach(client -> client.peer().pause(true));
    }

    /** Lets a client in, if there is room. */
    void welcome(SocketChannel channel, boolean readOnly) throws IOException {
        if (clients.size() >= options.maxClients()) {
            channel.close();
            log("there are " + options.maxClients() + " clients already");
            return;
        }
        ClientConnection client = new ClientConnection(++clientNumber, this, readOnly);
        boolean opened = false;
        try {
            client.open(channel);
            client.peer().pause(paused);
            clients.add(client);
            opened = true;
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    Loop loop() {
        return loop;
    }

    DaemonOptions options() {
        return options;
    }

    DomainStore store() {
        return store;
    }

    WatchTable<ClientConnection> watches() {
        return watches;
    }

    LinkKeeper link() {
        return link;
    }

    /** Reaches zero when clients can connect for the first time. For any thread. */
    CountDownLatch served() {
        return served;
    }

    void log(String line) {
        log.add(line);
    }

    /** A client has given a key a value. */
    void written(String path, byte[] value) {
        changed(path);
        link.written(path, value);
    }

    /** A client has removed a key, or all below a directory. */
    void removed(String path) {
        changed(path);
        link.removed(path);
    }

    /** Whoever watches this is told. */
    void changed(String path) {
        watches.concerned(path).forEach((client, times) -> client.changed(path, times));
    }

    /** A client has gone, or goes now. */
    void close(ClientConnection client) {
        if (clients.remove(client)) {
            watches.removeAll(client);
            client.peer().close();
        }
        if (clients.isEmpty() && emptied != null) {
            emptied.run();
        }
    }

    /** Accepts no more, lets clients take what is theirs; {@code then} runs once there are none, at once if so. */
    void finish(Runnable then) throws IOException {
        closeDoors();
        emptied = then;
        List.copyOf(clients).forEach(client -> client.peer().finish());
        if (clients.isEmpty()) {
            then.run();
        }
    }

    /** Gives up what clients have not taken, and the files. */
    void end() throws IOException {
        if (!clients.isEmpty()) {
            log("clients that took no answers are given up");
        }
        emptied = null;
        List.copyOf(clients).forEach(this::close);
        try (SocketFiles last = files) {
            link.close();
            closeDoors();
            store.clear();
            loop.release();
        }
    }
}
