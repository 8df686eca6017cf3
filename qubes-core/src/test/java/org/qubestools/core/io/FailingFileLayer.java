package org.qubestools.core.io;

import java.io.IOException;
import java.nio.file.FileSystemException;

/** Does everything but one operation, or but all of a kind, which fail with "No space left on device". */
public final class FailingFileLayer extends CountingFileLayer {
    private final int failing;
    private final String prefix;
    private boolean failed;

    private FailingFileLayer(int failing, String prefix) {
        this.failing = failing;
        this.prefix = prefix;
    }

    /** Operation {@code number}, from 0, fails. */
    public static FailingFileLayer at(int number) {
        return new FailingFileLayer(number, "");
    }

    /** Every operation whose description starts so fails. */
    public static FailingFileLayer on(String prefix) {
        return new FailingFileLayer(-1, prefix);
    }

    /** Whether it came so far. */
    public boolean failed() {
        return failed;
    }

    @Override
    protected void before(int number, String operation) throws IOException {
        if (number == failing || (!prefix.isEmpty() && operation.startsWith(prefix))) {
            failed = true;
            throw new FileSystemException(operation, null, "No space left on device");
        }
    }
}
