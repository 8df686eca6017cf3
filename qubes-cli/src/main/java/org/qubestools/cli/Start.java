package org.qubestools.cli;

import org.qubestools.qubesdb.FirstSocket;

/**
 * Where the JVM of a launcher begins. Nothing else is in this class: the JVM looks at all that its first class offers
 * before it runs it, a millisecond for {@link QvmMain}, and the tools for QubesDB begin their socket before that.
 */
public final class Start {
    private Start() {}

    public static void main(String[] args) {
        if (args.length > 0 && args[0].startsWith(RawWords.QUBESDB)) {
            FirstSocket.prepare(); // first of all: it takes longer than everything else
        }
        QvmMain.main(args);
    }
}
