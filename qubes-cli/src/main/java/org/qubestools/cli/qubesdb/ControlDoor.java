package org.qubestools.cli.qubesdb;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.qubestools.qubesdb.Background;

/** Where callers control the daemon of a host: lines in, lines out, one thread for each caller. */
final class ControlDoor implements AutoCloseable {
    /** Callers at once; one more is sent away. */
    private static final int MOST_CALLERS = 32;

    private static final int LONGEST_LINE = 1 << 16;
    /** How long to wait when a caller could not be accepted. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    private final ServerSocketChannel door;
    private final HostControl control;
    private final Semaphore room = new Semaphore(MOST_CALLERS);

    private ControlDoor(ServerSocketChannel door, HostControl control) {
        this.door = door;
        this.control = control;
    }

    /** Begins to accept; the channel is taken over. */
    static ControlDoor open(ServerSocketChannel door, HostControl control) {
        ControlDoor opened = new ControlDoor(door, control);
        Background.start("qubesdb-hostd-control", opened::acceptAll);
        return opened;
    }

    private void acceptAll() {
        while (door.isOpen()) {
            try {
                accept();
            } catch (IOException e) {
                LockSupport.parkNanos(PAUSE); // out of descriptors, say; or closed: the daemon ends
            }
        }
    }

    private void accept() throws IOException {
        SocketChannel caller = door.accept();
        if (room.tryAcquire()) {
            Background.start("qubesdb-hostd-caller", () -> serve(caller));
        } else {
            caller.close();
        }
    }

    private void serve(SocketChannel caller) {
        try (caller) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(LONGEST_LINE);
            while (line.size() < LONGEST_LINE && caller.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    byte b = buffer.get();
                    if (b == '\n') {
                        answer(caller, line.toString(StandardCharsets.UTF_8));
                        line.reset();
                    } else {
                        line.write(b);
                    }
                }
                buffer.clear();
            }
        } catch (IOException e) {
            // The caller has gone, and what it asked for is done or not, as it is.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // of no one we know
        } finally {
            room.release();
        }
    }

    private void answer(SocketChannel caller, String untrustedLine) throws IOException, InterruptedException {
        ByteBuffer answer = ByteBuffer.wrap(control.answer(untrustedLine));
        while (answer.hasRemaining()) {
            caller.write(answer);
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
