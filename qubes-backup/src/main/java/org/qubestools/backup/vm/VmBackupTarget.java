package org.qubestools.backup.vm;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.QrexecCall;
import org.qubestools.core.runtime.QrexecClient;

/**
 * A backup that a VM stores: the service {@code qubes.Backup} takes the outer archive and puts it where the user said.
 *
 * <p>What the VM once received cannot be taken back: a backup that was not finished leaves a part of it there.
 */
public final class VmBackupTarget implements AutoCloseable {
    private static final String SERVICE = "qubes.Backup";

    private final VmName vm;
    private final QrexecCall call;
    private final ArchiveStream stream;
    private volatile boolean closed;

    private VmBackupTarget(VmName vm, QrexecCall call) {
        this.vm = vm;
        this.call = call;
        this.stream = new ArchiveStream(call.input());
    }

    /**
     * Starts the service; the caller closes the target.
     *
     * @param target a directory inside the VM, or a command there that reads the archive; CR and LF in it are left out
     * @throws QubesException INVALID_VALUE if {@code target} is empty, FAILED if qrexec or the service fails at once
     */
    public static VmBackupTarget open(QrexecClient qrexec, VmName vm, String target) {
        byte[] line = ServiceTalk.line(target);
        VmBackupTarget opened = new VmBackupTarget(vm, qrexec.service(vm, SERVICE));
        // Progress texts, which nobody wants; unread they would stop the service one day.
        opened.call.ignoreOutput();
        try {
            opened.stream.write(line, 0, line.length);
            opened.stream.flush();
            return opened;
        } catch (QubesException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Where the outer archive is written. If the VM takes no more, a write is a QubesException (FAILED) with its exit
     * status and its words; after {@link #close} it is one of kind CANCELLED. Closing it does not yet mean success.
     */
    public OutputStream stream() {
        return stream;
    }

    /**
     * Ends the archive and waits, however long that takes, until the VM says that it has stored it; may be called again.
     *
     * @throws QubesException FAILED if the VM reports a failure, with its exit status and its words; CANCELLED after
     *     {@link #close} and on interruption
     */
    public void finish() {
        stream.close();
        if (call.awaitExit() != 0) {
            throw failure(null);
        }
    }

    /** Kills the service unless it has ended; from any thread, more than once. */
    @Override
    public void close() {
        closed = true;
        call.close();
    }

    private QubesException failure(@Nullable IOException cause) {
        // A service that takes no more is about to end; its status and words tell more than a broken pipe.
        int status = call.awaitExit();
        if (closed) {
            return new QubesException(ErrorKind.CANCELLED, "the backup into VM '" + vm + "' was stopped", null, cause);
        }
        String what = status == 0 ? "ended before it had read the whole backup" : ServiceTalk.end(call, status);
        return new QubesException(
                ErrorKind.FAILED,
                "VM '" + vm + "': " + SERVICE + " " + what,
                "check the target inside the VM and the free space there",
                cause);
    }

    /** The input of the service, whose failures are told in the words of the VM. */
    private final class ArchiveStream extends OutputStream {
        private final OutputStream input;
        private boolean ended;

        ArchiveStream(OutputStream input) {
            this.input = input;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            try {
                input.write(bytes, offset, count);
            } catch (IOException e) {
                throw failure(e);
            }
        }

        @Override
        public void flush() {
            try {
                input.flush();
            } catch (IOException e) {
                throw failure(e);
            }
        }

        @Override
        public void close() {
            if (ended) {
                return;
            }
            ended = true;
            try {
                input.close();
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }
}
