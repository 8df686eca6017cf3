package org.qubestools.qubesdb.daemon;

import java.io.IOException;

/** Another daemon serves this domain in this folder; the message says how that is known. */
public final class DaemonRunsException extends IOException {
    private static final long serialVersionUID = 1L;

    DaemonRunsException(String message) {
        super(message);
    }
}
