package org.qubestools.core.runtime;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Passes on what a VM prints, as qrexec does for a terminal: any byte that could control it becomes an underscore. */
final class TerminalFilter extends FilterOutputStream {
    TerminalFilter(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int untrusted) throws IOException {
        out.write(safe((byte) untrusted));
    }

    @Override
    public void write(byte[] untrusted, int offset, int length) throws IOException {
        byte[] safe = new byte[length];
        for (int i = 0; i < length; i++) {
            safe[i] = safe(untrusted[offset + i]);
        }
        out.write(safe, 0, length);
    }

    private static byte safe(byte untrusted) {
        boolean printable = untrusted >= ' ' && untrusted <= '~';
        boolean layout =
                untrusted == '\t' || untrusted == '\n' || untrusted == '\r' || untrusted == '\b' || untrusted == 7;
        return printable || layout ? untrusted : (byte) '_';
    }
}
