package org.qubestools.core.runtime;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.io.PipedProcess;
import org.qubestools.core.io.Subprocess;
import org.qubestools.core.model.VmName;

/** qrexec through the host's own program, one child process per call. */
public final class HostQrexecClient implements QrexecClient {
    /** Where dom0 has that program. */
    public static final String PROGRAM = "/usr/lib/qubes/qrexec-client";

    private final String program;

    /** A client that runs {@code program}, a path, whose options are those of {@link #PROGRAM}. */
    public HostQrexecClient(String program) {
        this.program = program;
    }

    @Override
    public QrexecCall service(VmName vm, String service) {
        QrexecText.requireServiceName(service);
        // DEFAULT: as the default user of that VM, whoever that is.
        String command = "DEFAULT:QUBESRPC " + service + " dom0";
        return new ProgramCall(Subprocess.of(program, "-d", vm.value(), command).startPiped());
    }

    /** The program itself reads and writes our standard streams. */
    @Override
    public int run(QrexecCommand command, CommandStreams streams) {
        return Subprocess.of(words(command, false)).runInOurStreams();
    }

    @Override
    public void start(QrexecCommand command) {
        Subprocess.of(words(command, true)).run().requireSuccess();
    }

    private List<String> words(QrexecCommand command, boolean detached) {
        List<String> words =
                new ArrayList<>(List.of(program, "-d", command.vm().value(), command.user() + ":" + command.command()));
        if (command.localCommand() != null) {
            words.add("-l");
            words.add(command.localCommand());
        }
        if (command.filtersOutput()) {
            words.add("-t");
        }
        if (command.filtersErrors()) {
            words.add("-T");
        }
        if (detached) {
            words.add("-e");
        }
        return words;
    }

    private record ProgramCall(PipedProcess process) implements QrexecCall {
        @Override
        public OutputStream input() {
            return process.input();
        }

        @Override
        public InputStream output() {
            return process.output();
        }

        @Override
        public void ignoreOutput() {
            process.ignoreOutput();
        }

        @Override
        public int awaitExit() {
            return process.awaitExit();
        }

        @Override
        public String errorText() {
            return QrexecText.oneLine(process.untrustedErrors());
        }

        @Override
        public void close() {
            process.close();
        }
    }
}
