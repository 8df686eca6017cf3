package org.qubestools.core.runtime;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.qubestools.core.model.VmName;

/** VMs whose commands have ended, with this output and status 0, before anybody can end their input. */
record EndedCalls(String printed) implements QrexecClient {
    @Override
    public QrexecCall service(VmName vm, String service) {
        return new Ended(printed);
    }

    @Override
    public int run(QrexecCommand command, CommandStreams streams) {
        return 0;
    }

    @Override
    public void start(QrexecCommand command) {
        // It has ended.
    }

    @Override
    public QrexecCall call(QrexecCommand command) {
        return new Ended(printed);
    }

    private record Ended(String printed) implements QrexecCall {
        @Override
        public OutputStream input() {
            return new OutputStream() {
                @Override
                public void write(int one) throws IOException {
                    throw new IOException("the command reads no more");
                }

                @Override
                public void close() throws IOException {
                    throw new IOException("the command reads no more");
                }
            };
        }

        @Override
        public InputStream output() {
            return new ByteArrayInputStream(printed.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void ignoreOutput() {
            // There is no more.
        }

        @Override
        public int awaitExit() {
            return 0;
        }

        @Override
        public String errorText() {
            return "";
        }

        @Override
        public void close() {
            // It has ended.
        }
    }
}
