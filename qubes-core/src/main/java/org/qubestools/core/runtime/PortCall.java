package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.DaemonThread;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.WaitTime;

/**
 * One command over a command port. A thread of its own reads what the guest sends, and stops while nobody takes the
 * command's output.
 */
final class PortCall implements QrexecCall {
    /** The status of a command whose end nobody has told. */
    static final int LOST = 255;

    private static final int KILLED = 137;
    /** How many pieces of input may be on their way; the guest holds them all if need be. */
    private static final int WINDOW = 8;
    /** Output that waits for the caller. */
    private static final int MOST_WAITING = 1 << 20;

    private static final int ERROR_TAIL = 1024;

    private final CommandPort port;
    private final @Nullable OutputStream errorSink;
    private final Deque<byte[]> output = new ArrayDeque<>();
    private final StringBuilder errors = new StringBuilder();
    private final PortInput input = new PortInput(this);
    private final PortOutput taken = new PortOutput(this);
    private int waiting;
    private int credit;
    private boolean greeted;
    private boolean deaf;
    private boolean ignoring;
    private boolean ended;
    private int status = LOST;
    private @Nullable String fault;

    private PortCall(CommandPort port, @Nullable OutputStream errorSink) {
        this.port = port;
        this.errorSink = errorSink;
    }

    /**
     * Starts a command; returns at once.
     *
     * @param kind C, or N for one that nobody waits for
     * @param command user, line end, text for the shell
     * @param errorSink gets its error output, by the thread of this call; null keeps the end of it for {@link #errorText}
     * @param patience how long the guest may take to answer
     */
    static PortCall start(
            CommandPort port,
            char kind,
            byte[] command,
            @Nullable OutputStream errorSink,
            WaitTime time,
            Duration patience) {
        PortCall call = new PortCall(port, errorSink);
        DaemonThread.start("command port", () -> call.serve(kind, command, time, patience));
        return call;
    }

    // ---- the thread that reads

    private void serve(char kind, byte[] command, WaitTime time, Duration patience) {
        try {
            port.greet(time, patience);
            port.send(kind, command, command.length);
            begin();
            int exit = -1;
            while (exit < 0) {
                exit = take(port.header());
            }
            end(exit, null);
        } catch (IOException e) {
            end(LOST, IoReason.of(e));
        }
    }

    private synchronized void begin() {
        greeted = true;
        credit = WINDOW;
        notifyAll();
    }

    /** Takes a message; its exit status if it is the last, else -1. */
    private int take(AgentHeader untrusted) throws IOException {
        switch (untrusted.kind()) {
            case OUTPUT -> output(port.data(untrusted.number()));
            case ERRORS -> errors(port.data(untrusted.number()));
            case TAKEN -> grant();
            case DEAF -> {
                grant();
                deaf();
            }
            case EXIT -> {
                return untrusted.number();
            }
        }
        return -1;
    }

    private synchronized void output(byte[] untrustedData) throws IOException {
        waitWhile(() -> waiting > MOST_WAITING && !ignoring && !ended);
        if (!ignoring && !ended) {
            output.add(untrustedData);
            waiting += untrustedData.length;
            notifyAll();
        }
    }

    private void errors(byte[] untrustedData) throws IOException {
        if (errorSink != null) {
            errorSink.write(untrustedData);
            errorSink.flush();
            return;
        }
        synchronized (this) {
            // A character a byte, so that the end is so many bytes of whatever it is.
            errors.append(new String(untrustedData, StandardCharsets.ISO_8859_1));
            errors.delete(0, Math.max(0, errors.length() - ERROR_TAIL));
        }
    }

    private synchronized void grant() throws IOException {
        credit++;
        if (credit > WINDOW) {
            throw AgentHeader.broken(); // it cannot have taken what nobody sent
        }
        notifyAll();
    }

    private synchronized void deaf() {
        deaf = true;
        notifyAll();
    }

    private void end(int exit, @Nullable String reason) {
        synchronized (this) {
            if (!ended) {
                ended = true;
                status = exit;
                fault = reason;
            }
            notifyAll();
        }
        closePort();
    }

    private void closePort() {
        try {
            port.close();
        } catch (IOException e) {
            // The kernel ends it with this process.
        }
    }

    private synchronized void waitWhile(BooleanSupplier condition) throws InterruptedIOException {
        try {
            while (condition.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    // ---- threads of the caller

    /** A piece of input; waits while too many are on their way. */
    void send(byte[] data, int length) throws IOException {
        synchronized (this) {
            waitWhile(() -> credit == 0 && !deaf && !ended);
            requireReader();
            credit--;
        }
        port.send('D', data, length);
    }

    /** The end of the input. */
    void sendEnd() throws IOException {
        synchronized (this) {
            waitWhile(() -> !greeted && !ended);
            requireReader();
        }
        port.send('E');
    }

    private void requireReader() throws IOException {
        if (deaf || ended) {
            throw new IOException("the command in the VM reads no more");
        }
    }

    /** The next piece of output, or null at its end; waits for it. */
    synchronized byte @Nullable [] next() throws IOException {
        waitWhile(() -> output.isEmpty() && !ended);
        byte[] untrustedData = output.poll();
        if (untrustedData != null) {
            waiting -= untrustedData.length;
            notifyAll();
        }
        return untrustedData;
    }

    @Override
    public OutputStream input() {
        return input;
    }

    @Override
    public InputStream output() {
        return taken;
    }

    @Override
    public synchronized void ignoreOutput() {
        ignoring = true;
        output.clear();
        waiting = 0;
        notifyAll();
    }

    @Override
    public synchronized int awaitExit() {
        try {
            while (!ended) {
                wait();
            }
            return status;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while a command ran in a VM", null, e);
        }
    }

    /** Why there is no status of the command itself; null if there is one, or the caller has closed this. */
    synchronized @Nullable String fault() {
        return fault;
    }

    @Override
    public synchronized String errorText() {
        String reason = fault;
        byte[] untrusted = errors.toString().getBytes(StandardCharsets.ISO_8859_1);
        String text = QrexecText.oneLine(new String(untrusted, StandardCharsets.UTF_8));
        return reason == null ? text : text.isEmpty() ? reason : text + " (" + reason + ")";
    }

    @Override
    public void close() {
        end(KILLED, null);
    }
}
