package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.SafePath;

/** The database of one domain and its clients. For the thread of the loop, but for what says otherwise. */
final class DomainService {
    private final Loop loop;
    private final DaemonOptions options;
    private final SocketFiles files;
    private final DomainStore store = new DomainStore();
    private final List<ServerSocketChannel> doors = new ArrayList<>();
    private final Set<ClientConnection> clients = new LinkedHashSet<>();

    private int clientNumber;
    private @Nullable Runnable emptied;

    /** Waits for clients. */
    private final class Door implements Loop.Handler {
        private final ServerSocketChannel channel;
        private final boolean readOnly;

        Door(ServerSocketChannel channel, boolean readOnly) {
            this.channel = channel;
            this.readOnly = readOnly;
        }

        @Override
        public void ready() throws IOException {
            SocketChannel client = channel.accept();
            while (client != null) {
                welcome(client, readOnly);
                client = channel.accept();
            }
        }

        /** Out of descriptors, say: those who wait for the door go on waiting. */
        @Override
        public void fail(Throwable reason) {
            log("a client could not be accepted: " + SafePath.of(String.valueOf(reason.getMessage())));
        }
    }

    private DomainService(Loop loop, DaemonOptions options, SocketFiles files) {
        this.loop = loop;
        this.options = options;
        this.files = files;
    }

    /**
     * Starts to serve.
     *
     * @param name of the domain; null for the domain that this runs in, whose sockets have no name in theirs
     */
    static DomainService start(Loop loop, Path folder, @Nullable String name, DaemonOptions options)
            throws IOException {
        String stem = name == null ? "qubesdb" : "qubesdb." + name;
        DomainService service = new DomainService(loop, options, new SocketFiles(folder, stem));
        boolean started = false;
        try {
            service.open(stem, name != null);
            started = true;
            return service;
        } finally {
            if (!started) {
                service.end();
            }
        }
    }

    private void open(String stem, boolean hasName) throws IOException {
        door(files.socket(stem + ".sock", options.mode()), false);
        door(files.socket(stem + ".ro.sock", options.readOnlyMode()), true);
        if (hasName) {
            files.processNumber(stem + ".pid");
        }
        if (hasName && options.local()) {
            files.link("qubesdb.sock", stem + ".sock");
            files.link("qubesdb.ro.sock", stem + ".ro.sock");
        }
    }

    private void door(ServerSocketChannel channel, boolean readOnly) throws IOException {
        doors.add(channel);
        loop.register(channel, SelectionKey.OP_ACCEPT, new Door(channel, readOnly));
    }

    private void welcome(SocketChannel channel, boolean readOnly) throws IOException {
        if (clients.size() >= options.maxClients()) {
            channel.close();
            log("there are " + options.maxClients() + " clients already");
            return;
        }
        try {
            clients.add(new ClientConnection(++clientNumber, this, channel, readOnly));
        } catch (IOException e) {
            channel.close();
            throw e;
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

    void log(String line) {
        options.log().accept(line);
    }

    /** A key has a new value: whoever watches it is told. */
    void written(String path, byte[] value) {
        changed(path);
    }

    /** A key or all below a directory is gone. */
    void removed(String path) {
        changed(path);
    }

    private void changed(String path) {
        for (ClientConnection client : List.copyOf(clients)) {
            client.changed(path);
        }
    }

    /** A client has gone, or goes now. */
    void close(ClientConnection client) {
        if (clients.remove(client)) {
            client.close();
        }
        if (clients.isEmpty() && emptied != null) {
            emptied.run();
        }
    }

    /** Accepts no more, lets clients take what is theirs; {@code then} runs once there are none, at once if so. */
    void finish(Runnable then) throws IOException {
        for (ServerSocketChannel door : doors) {
            door.close();
        }
        emptied = then;
        for (ClientConnection client : List.copyOf(clients)) {
            client.finish();
        }
        if (clients.isEmpty()) {
            then.run();
        }
    }

    /** Gives up what clients have not taken, and the files. */
    void end() throws IOException {
        emptied = null;
        for (ClientConnection client : List.copyOf(clients)) {
            close(client);
        }
        for (ServerSocketChannel door : doors) {
            door.close();
        }
        store.clear();
        files.close();
    }
}
