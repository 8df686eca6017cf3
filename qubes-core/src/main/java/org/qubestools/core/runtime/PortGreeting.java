package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.qubestools.core.io.WaitTime;

/**
 * The beginning of a conversation over a command port: a random number is sent until it comes back. What comes before is
 * of an earlier conversation, that was cut off somewhere, and so may be what the guest waits for: if it does not
 * answer, it is first given more than it can still expect.
 */
final class PortGreeting {
    /** Why a call fails if the guest does not answer. */
    static final String NOBODY = "nobody answers in the VM at its command port";

    /** So many of the longest pieces of input are more than the longest message. */
    private static final int PADDING_PIECES = 4;

    private static final int PADDING_LINE = 500;
    private static final int NONCE_BYTES = 12;
    private static final long FIRST_TRY = 3000;
    private static final long NEXT_TRY = 10_000;

    private final SocketChannel channel;
    private final WaitTime time;
    private byte[] expected = new byte[0];
    private int matched;
    private ByteBuffer unsent = ByteBuffer.allocate(0);

    private PortGreeting(SocketChannel channel, WaitTime time) {
        this.channel = channel;
        this.time = time;
    }

    /**
     * Greets the guest.
     *
     * @param in gets what the guest sends; afterwards what has come behind its answer stands in it, ready to be read
     * @throws IOException if there is no answer within {@code patience}, or the connection is lost
     */
    static void exchange(SocketChannel channel, ByteBuffer in, WaitTime time, Duration patience) throws IOException {
        channel.configureBlocking(false);
        new PortGreeting(channel, time).greet(in, patience.toMillis());
        channel.configureBlocking(true);
    }

    private void greet(ByteBuffer in, long patience) throws IOException {
        long end = time.millis() + patience;
        try (Selector selector = Selector.open()) {
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            long next = say("\n", FIRST_TRY);
            String before = padding();
            while (true) {
                long now = time.millis();
                if (now >= end) {
                    throw new IOException(NOBODY);
                }
                if (now >= next && !unsent.hasRemaining()) {
                    next = say(before, NEXT_TRY);
                    before = "\n"; // the guest may still boot, and would find all of it
                }
                channel.write(unsent);
                key.interestOps(SelectionKey.OP_READ | (unsent.hasRemaining() ? SelectionKey.OP_WRITE : 0));
                selector.select(Math.max(1, Math.min(end, unsent.hasRemaining() ? end : next) - now));
                requireOurTurn();
                if (isAnswered(in)) {
                    return;
                }
            }
        }
    }

    /** Somebody who interrupts this thread, or closes the channel, wants an end. */
    private void requireOurTurn() throws IOException {
        if (Thread.currentThread().isInterrupted() || !channel.isOpen()) {
            throw new IOException("the call was given up");
        }
    }

    /** Puts a greeting on its way, the only one that counts from now on; returns when the next is due. */
    private long say(String before, long wait) {
        byte[] nonce = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        String line = "H " + HexFormat.of().formatHex(nonce) + "\n";
        expected = line.getBytes(StandardCharsets.US_ASCII);
        matched = 0;
        unsent = StandardCharsets.US_ASCII.encode(before + line);
        return time.millis() + wait;
    }

    /** Pieces of input for no command: as data they are soon thrown away, as lines they begin no message. */
    private static String padding() {
        StringBuilder padding = new StringBuilder("\n");
        String line = "-".repeat(PADDING_LINE - 1) + "\n";
        for (int piece = 0; piece < PADDING_PIECES; piece++) {
            int end = padding.append("D " + AgentHeader.MAX_DATA + "\n").length() + AgentHeader.MAX_DATA;
            while (padding.length() < end) {
                padding.append(line);
            }
            padding.setLength(end - 1);
            padding.append('\n');
        }
        return padding.toString();
    }

    /** Takes what has come, and looks for the answer in it. Its first character is nowhere else in it. */
    private boolean isAnswered(ByteBuffer in) throws IOException {
        in.clear();
        if (channel.read(in) < 0) {
            throw new IOException("the VM has gone");
        }
        in.flip();
        while (in.hasRemaining()) {
            byte untrusted = in.get();
            matched = untrusted == expected[matched] ? matched + 1 : untrusted == expected[0] ? 1 : 0;
            if (matched == expected.length) {
                return true;
            }
        }
        return false;
    }
}
