package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.SafePath;

/** Waits for the clients of one socket. For the thread of the loop. */
final class ClientDoor implements Loop.Handler {
    /** How long to wait when a client could not be accepted. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    private final DomainService service;
    private final ServerSocketChannel channel;
    private final boolean readOnly;
    private final SelectionKey key;
    private boolean paused;
    /** There was a client, so there may be more: they have their turn with those who had their share. */
    private boolean busy;

    private Loop.@Nullable Alarm rest;

    /** Takes the channel over. */
    ClientDoor(DomainService service, ServerSocketChannel channel, boolean readOnly) throws IOException {
        this.service = service;
        this.channel = channel;
        this.readOnly = readOnly;
        this.key = service.loop().register(channel, SelectionKey.OP_ACCEPT, this);
    }

    @Override
    public void ready() throws IOException {
        SocketChannel client = next();
        busy = client != null;
        if (client != null) {
            service.welcome(client, readOnly);
            service.loop().later(this);
        }
        watch();
    }

    private @Nullable SocketChannel next() throws IOException {
        return channel.isOpen() && !paused && rest == null ? channel.accept() : null;
    }

    /** Out of descriptors, say: those who wait for the door go on waiting, and this does not spin on it. */
    @Override
    public void fail(Throwable reason) {
        busy = false;
        if (channel.isOpen() && rest == null) {
            rest = service.loop().alarm(PAUSE, () -> {
                rest = null;
                watch();
            });
            watch();
            service.log("a client could not be accepted: " + SafePath.of(String.valueOf(reason.getMessage())));
        }
    }

    /** Whether clients have to wait. */
    void pause(boolean now) {
        paused = now;
        watch();
    }

    private void watch() {
        if (key.isValid()) {
            key.interestOps(busy || paused || rest != null ? 0 : SelectionKey.OP_ACCEPT);
        }
    }

    void close() throws IOException {
        if (rest != null) {
            rest.cancel();
            rest = null;
        }
        channel.close();
    }
}
