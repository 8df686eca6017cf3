package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.DaemonThread;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.PipedProcess;
import org.qubestools.core.io.Subprocess;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.VmName;

/**
 * Commands and services where there is no qrexec: over virtio-serial ports to {@code qubes-virtio-agent} in the VM, by
 * the protocol of docs/guest.md.
 */
public final class VirtioQrexec implements QrexecClient {
    /** As long as R3 waits for qrexec in a VM that boots. */
    public static final Duration ORDINARY_PATIENCE = Duration.ofSeconds(60);

    private static final int MOST_COMMAND = 99_999;
    private static final int BUFFER = 32_768;
    private static final String DEFAULT_USER = "DEFAULT";

    private final CommandPorts ports;
    private final WaitTime time;
    private final Duration patience;

    /**
     * A client for VMs with such ports.
     *
     * @param patience how long a VM may take to answer before it counts as having no agent
     */
    public VirtioQrexec(CommandPorts ports, WaitTime time, Duration patience) {
        this.ports = ports;
        this.time = time;
        this.patience = patience;
    }

    @Override
    public QrexecCall service(VmName vm, String service) {
        return conversation(vm, DEFAULT_USER, QrexecCommand.service(service, "dom0"));
    }

    @Override
    public QrexecCall call(QrexecCommand command) {
        return conversation(command.vm(), command.user(), command.command());
    }

    private QrexecCall conversation(VmName vm, String user, String command) {
        try {
            return call(vm, 'C', user, command, null);
        } catch (IOException e) {
            return new RefusedCall(IoReason.of(e));
        }
    }

    @Override
    public int run(QrexecCommand command, CommandStreams streams) {
        OutputStream errors = command.filtersErrors() ? new TerminalFilter(streams.errors()) : streams.errors();
        try (PortCall call = call(command.vm(), 'C', command.user(), command.command(), errors)) {
            if (command.localCommand() != null) {
                converse(call, command.localCommand());
            } else {
                DaemonThread.start("input of a command", () -> feed(streams.input(), call.input()));
                OutputStream output = command.filtersOutput() ? new TerminalFilter(streams.output()) : streams.output();
                copy(call.output(), output);
            }
            int status = call.awaitExit();
            if (call.fault() != null) {
                throw failed(command.vm(), call.fault());
            }
            return status;
        } catch (IOException e) {
            throw failed(command.vm(), IoReason.of(e));
        }
    }

    @Override
    public void start(QrexecCommand command) {
        try (PortCall call = call(command.vm(), 'N', command.user(), command.command(), null)) {
            int status = call.awaitExit();
            if (call.fault() != null || status != 0) {
                throw failed(command.vm(), call.fault() == null ? "the command was not started" : call.fault());
            }
        } catch (IOException e) {
            throw failed(command.vm(), IoReason.of(e));
        }
    }

    private PortCall call(VmName vm, char kind, String user, String command, @Nullable OutputStream errors)
            throws IOException {
        byte[] text = (user + "\n" + command).getBytes(StandardCharsets.UTF_8);
        if (text.length > MOST_COMMAND) {
            throw new IOException("a command for a VM has at most " + MOST_COMMAND + " bytes");
        }
        return PortCall.start(CommandPort.connect(ports.of(vm)), kind, text, errors, time, patience);
    }

    private static QubesException failed(VmName vm, @Nullable String reason) {
        return new QubesException(
                ErrorKind.FAILED,
                "no command runs in '" + vm + "': " + reason,
                PortGreeting.NOBODY.equals(reason) ? "qubes-virtio-agent must run there" : null);
    }

    /** A program of this host in place of our streams. */
    private static void converse(PortCall call, String localCommand) throws IOException {
        try (PipedProcess local = Subprocess.of("/bin/sh", "-c", localCommand).startPiped()) {
            DaemonThread.start("input of a command", () -> feed(local.output(), call.input()));
            try (OutputStream input = local.input()) {
                copy(call.output(), input);
            }
            local.awaitExit();
        }
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            to.write(buffer, 0, count);
            to.flush();
        }
    }

    /** Until either side has had enough, which is no failure. */
    private static void feed(InputStream from, OutputStream to) {
        try (OutputStream input = to) {
            copy(from, input);
        } catch (IOException e) {
            // The command reads no more; its exit status tells how it went.
        }
    }
}
