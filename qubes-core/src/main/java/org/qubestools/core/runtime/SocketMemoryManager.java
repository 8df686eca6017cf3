package org.qubestools.core.runtime;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.LineSocket;
import org.qubestools.core.io.SafeText;

/**
 * The memory manager of dom0 behind its Unix socket: it gets a number of bytes and says {@code OK} once they are free, and
 * serves nobody else while the socket is open.
 */
public final class SocketMemoryManager implements MemoryManager {
    /** Where dom0 has it. */
    public static final String SOCKET = "/var/run/qubes/qmemman.sock";

    /** Others that start a VM have it until their domain runs, so this is longer than the manager itself needs. */
    public static final Duration LIMIT = Duration.ofMinutes(2);

    private static final int LONGEST_ANSWER = 1024;

    private final Path socket;
    private final boolean required;
    private final Duration limit;

    /**
     * A manager that is asked when needed.
     *
     * @param required on Xen, where a domain must not be made without it; elsewhere a missing socket means that nobody
     *     manages memory
     */
    public SocketMemoryManager(Path socket, boolean required, Duration limit) {
        this.socket = socket;
        this.required = required;
        this.limit = limit;
    }

    @Override
    public Grant request(long bytes) {
        if (!required && !Files.exists(socket)) {
            return () -> {};
        }
        LineSocket opened;
        try {
            opened = LineSocket.connect(socket);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot reach the memory manager at " + socket + ": " + IoReason.of(e),
                    "does the service qubes-qmemman run?",
                    e);
        }
        boolean granted = false;
        try {
            requireGranted(ask(opened, bytes), bytes);
            granted = true;
            return opened::close;
        } finally {
            if (!granted) {
                opened.close();
            }
        }
    }

    private String ask(LineSocket opened, long bytes) {
        try {
            return opened.ask(String.valueOf(bytes), LONGEST_ANSWER, SocketMemoryManager::isComplete, limit);
        } catch (SocketTimeoutException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the memory manager did not answer within " + limit.toSeconds() + " seconds",
                    "another VM may be starting, or the service qubes-qmemman hangs",
                    e);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "the memory manager at " + socket + " failed: " + IoReason.of(e), null, e);
        }
    }

    private static boolean isComplete(String answer) {
        return answer.indexOf('\n') >= 0 || answer.equals("OK");
    }

    private static void requireGranted(String answer, long bytes) {
        if (!answer.strip().equals("OK")) {
            String said = answer.isBlank() ? "" : " (it says '" + SafeText.of(answer.strip()) + "')";
            throw new QubesException(
                    ErrorKind.FAILED,
                    "not enough memory: the memory manager cannot free " + (bytes >> 20) + " MiB" + said,
                    "shut another VM down, or give this one less");
        }
    }
}
