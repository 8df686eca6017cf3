package org.qubestools.qubesdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The half of a connection that sends: requests are queued for their answers and written in the same order. Nothing here
 * waits: what the socket does not take at once is left to {@link #flush}, so the reader may ask for the lock at any time.
 */
final class Sender {
    private final SocketChannel channel;
    private final Deque<Call> outstanding;
    /** What is to be sent before anything else. */
    private final Deque<Unsent> backlog = new ArrayDeque<>();

    private volatile boolean deaf;

    /** Requests that the socket did not take, or not all of. */
    private record Unsent(List<Call> calls, ByteBuffer bytes) {}

    /** {@code outstanding}: where calls wait for their answers, oldest first; others take them out. */
    Sender(SocketChannel channel, Deque<Call> outstanding) {
        this.channel = channel;
        this.outstanding = outstanding;
    }

    /** True once the daemon takes nothing more, or {@link #close} was called. */
    boolean isDeaf() {
        return deaf;
    }

    /**
     * Sends requests.
     *
     * @return false if some of it is left to {@link #flush}
     * @throws IOException if nothing of them was sent, nor ever will be
     */
    boolean send(List<Call> calls) throws IOException {
        return send(calls, encode(calls));
    }

    private synchronized boolean send(List<Call> calls, ByteBuffer bytes) throws IOException {
        if (deaf) {
            throw new IOException("the daemon hung up");
        }
        outstanding.addAll(calls);
        if (backlog.isEmpty()) {
            try {
                channel.write(bytes);
            } catch (IOException e) {
                deaf = true;
                for (Call call : calls) {
                    outstanding.removeLastOccurrence(call);
                }
                throw e;
            }
        }
        if (bytes.hasRemaining()) {
            backlog.add(new Unsent(calls, bytes));
        }
        return backlog.isEmpty();
    }

    private static ByteBuffer encode(List<Call> calls) {
        int length = 0;
        for (Call call : calls) {
            length += MessageCodec.length(call.request());
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        for (Call call : calls) {
            MessageCodec.put(call.request(), bytes);
        }
        return bytes.flip();
    }

    /** Sends of the rest what can be sent; true if nothing is left, or never can be sent. */
    synchronized boolean flush() {
        try {
            while (!backlog.isEmpty() && !deaf) {
                ByteBuffer bytes = backlog.getFirst().bytes();
                channel.write(bytes);
                if (bytes.hasRemaining()) {
                    return false;
                }
                backlog.removeFirst();
            }
        } catch (IOException e) {
            deaf = true;
        }
        return true;
    }

    /** Sends nothing any more; requests of which nothing was sent are told so. */
    synchronized void close() {
        deaf = true;
        for (Unsent unsent : backlog) {
            if (unsent.bytes().position() == 0) {
                unsent.calls().forEach(Call::markUntouched);
            }
        }
        backlog.clear();
    }
}
