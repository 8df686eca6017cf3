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
    /** A new client is so many requests of those that may be carried out in a turn. */
    private static final int COST = 16;
    /** How long to wait when a client could not be accepted. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    private final DomainService service;
    private final ServerSocketChannel channel;
    private final boolean readOnly;
    private final SelectionKey key;
    private boolean paused;
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
        int left = Math.max(1, service.loop().share() / COST);
        SocketChannel client = next();
        while (client != null) {
            service.welcome(client, readOnly);
            left--;
            client = left > 0 ? next() : null;
        }
    }

    private @Nullable SocketChannel next() throws IOException {
        return channel.isOpen() && !paused && rest == null ? channel.accept() : null;
    }

    /** Out of descriptors, say: those who wait for the door go on waiting, and this does not spin on it. */
    @Override
    public void fail(Throwable reason) {
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
            key.interestOps(paused || rest != null ? 0 : SelectionKey.OP_ACCEPT);
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
