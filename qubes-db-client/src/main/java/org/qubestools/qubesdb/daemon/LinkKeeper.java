package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.SafePath;

/** Makes the link of a domain, and a new one when it is lost. For the thread of the loop, but for what says otherwise. */
final class LinkKeeper {
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(5);
    private static final byte[] NOTHING = new byte[0];

    private final DomainService service;
    private final DaemonLink how;
    private final boolean inDomain;
    private final Dial dial = new Dial();
    private @Nullable LinkConnection link;
    private @Nullable ServerSocketChannel listener;
    private @Nullable SelectionKey listening;
    private Loop.@Nullable Alarm retry;
    private long pause = FIRST_PAUSE;
    /** What was logged last: a try that fails as the one before is not worth a line. */
    private @Nullable String logged;

    private boolean closed;
    private volatile LinkState state;

    /** Waits for the other side; while one is there, the next waits to be accepted. */
    private final class Door implements Loop.Handler {
        private final ServerSocketChannel channel;

        Door(ServerSocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void ready() throws IOException {
            SocketChannel other = link == null && channel.isOpen() ? channel.accept() : null;
            if (other != null) {
                attach(other);
            }
        }

        @Override
        public void fail(Throwable reason) {
            later(reason);
        }
    }

    /** The link of a domain, which is made when {@link #start} is called. */
    LinkKeeper(DomainService service, DaemonLink how, boolean inDomain) {
        this.service = service;
        this.how = how;
        this.inDomain = inDomain;
        this.state = how instanceof DaemonLink.None ? LinkState.NONE : LinkState.WAITING;
    }

    /** True if clients are served only while there is a link that is in order. */
    boolean isNeeded() {
        return inDomain && !(how instanceof DaemonLink.None);
    }

    /** How far it is. For any thread. */
    LinkState state() {
        return state;
    }

    /** Begins. */
    void start(SocketFiles files) throws IOException {
        if (how instanceof DaemonLink.Listen listen) {
            ServerSocketChannel channel = files.socket(listen.socket(), owner());
            listener = channel;
            listening = service.loop().register(channel, SelectionKey.OP_ACCEPT, new Door(channel));
        } else {
            connect();
        }
    }

    private static Set<PosixFilePermission> owner() {
        return Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    /** Connects, or waits for who does. */
    private void connect() {
        retry = null;
        if (closed || link != null) {
            return;
        }
        try {
            if (how instanceof DaemonLink.Connect other) {
                attach(dial.open(other.socket()));
            } else if (how instanceof DaemonLink.DomainPort port) {
                connectTo(port);
            } else if (how instanceof DaemonLink.Device port) {
                LinkConnection connection = new LinkConnection(service, this, inDomain);
                begin(connection, pump(port, connection));
            } else if (listening != null && listening.isValid()) {
                listening.interestOps(SelectionKey.OP_ACCEPT);
            }
        } catch (IOException e) {
            later(e);
        }
    }

    private PeerChannel pump(DaemonLink.Device port, LinkConnection connection) throws IOException {
        return DevicePump.start(
                port.device(), service.loop(), connection.peer(), reason -> unopened(connection, reason));
    }

    /** The device of a connection that has begun cannot be opened. */
    private void unopened(LinkConnection connection, IOException reason) {
        if (connection.equals(link)) {
            connection.peer().close();
            link = null;
            state = LinkState.WAITING;
            later(reason);
        }
    }

    private void connectTo(DaemonLink.DomainPort port) throws IOException {
        try {
            attach(dial.open(port.socket()));
        } catch (IOException e) {
            if (!dial.isAbandoned(port.socket(), e)) {
                throw e;
            }
            closed = true;
            log("the domain has ended");
            port.ended().run();
        }
    }

    /** Takes a connected channel over. */
    private void attach(SocketChannel channel) throws IOException {
        LinkConnection connection = new LinkConnection(service, this, inDomain);
        boolean begun = false;
        try {
            begin(connection, PeerChannel.of(channel, service.loop(), connection.peer()));
            begun = true;
        } finally {
            if (!begun) {
                channel.close();
            }
        }
    }

    /**
     * Takes a channel over that somebody else has connected.
     *
     * @throws IOException if there is a link already
     */
    void handOver(SocketChannel channel) throws IOException {
        if (closed || link != null || !(how instanceof DaemonLink.HandedOver)) {
            channel.close();
            throw new IOException("this daemon has a link already, or is not to have one");
        }
        attach(channel);
    }

    private void begin(LinkConnection connection, PeerChannel channel) {
        link = connection;
        state = LinkState.CONNECTED;
        if (listening != null && listening.isValid()) {
            listening.interestOps(0);
        }
        connection.open(channel);
    }

    private void later(Throwable reason) {
        log("no link: " + SafePath.of(String.valueOf(reason.getMessage())));
        retryLater();
    }

    private void log(String line) {
        if (!line.equals(logged)) {
            logged = line;
            service.log(line);
        }
    }

    private void retryLater() {
        if (closed || retry != null) {
            return;
        }
        if (listening != null && listening.isValid()) {
            listening.interestOps(0); // out of descriptors, say: not to be told of it without end
        }
        retry = service.loop().alarm(pause, this::connect);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
    }

    /** The content is complete on both sides. */
    void synced() {
        state = LinkState.SYNCED;
        pause = FIRST_PAUSE;
        logged = null;
        if (isNeeded()) {
            try {
                service.serve();
            } catch (IOException e) {
                later(e);
                dropLink();
            }
        }
    }

    private void dropLink() {
        if (link != null) {
            link.peer().close();
            lost(link, null);
        }
    }

    /** A connection has come to its end; clients here go on. */
    void lost(LinkConnection connection, @Nullable String fault) {
        if (!connection.equals(link)) {
            return;
        }
        link = null;
        state = LinkState.WAITING;
        log(fault == null ? "the link is gone" : "the link is dropped: the other side " + fault);
        if (isNeeded()) {
            service.pause();
        }
        if (listener == null) {
            pause = how instanceof DaemonLink.DomainPort ? FIRST_PAUSE : pause;
            retryLater();
        } else if (fault == null) {
            connect();
        } else {
            // The next one may come soon, but does not keep this thread busy with its faults.
            pause = FIRST_PAUSE;
            retryLater();
        }
    }

    /** A client here has written. */
    void written(String path, byte[] value) {
        if (link != null) {
            link.forward(MessageType.WRITE, path, value);
        }
    }

    /** A client here has removed. */
    void removed(String path) {
        if (link != null) {
            link.forward(MessageType.REMOVE, path, NOTHING);
        }
    }

    /** No more links. */
    void close() throws IOException {
        closed = true;
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
        if (link != null) {
            LinkConnection last = link;
            link = null;
            state = LinkState.WAITING;
            last.peer().drop();
        }
        if (listener != null) {
            listener.close();
        }
    }
}
