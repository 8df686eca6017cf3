package org.qubestools.core.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;

/** Does everything but one operation, or but all of a kind, which fail with "No space left on device". */
public final class FailingFileLayer extends CountingFileLayer {
    /** What needs room on a disk; other operations work on a full one. */
    private static final List<String> GROWING = List.of("create", "write", "copy", "link", "set length");

    private final Failing failing;
    private boolean failed;

    /** Which operations fail. */
    private interface Failing {
        boolean fails(int number, String operation);
    }

    private FailingFileLayer(Failing failing) {
        this.failing = failing;
    }

    /** Operation {@code number}, from 0, fails. */
    public static FailingFileLayer at(int number) {
        return new FailingFileLayer((n, operation) -> n == number);
    }

    /** Every operation whose description starts so fails. */
    public static FailingFileLayer on(String prefix) {
        return new FailingFileLayer((n, operation) -> operation.startsWith(prefix));
    }

    /** From operation {@code number} on the disk is full, which lets things be renamed and deleted. */
    public static FailingFileLayer fullFrom(int number) {
        return new FailingFileLayer(
                (n, operation) -> n >= number && GROWING.stream().anyMatch(operation::startsWith));
    }

    /** Operation {@code number} and all later ones below {@code directory} fail. */
    public static FailingFileLayer deadFrom(int number, Path directory) {
        return new FailingFileLayer((n, operation) -> n >= number && operation.contains(directory.toString()));
    }

    /** Whether it came so far. */
    public boolean failed() {
        return failed;
    }

    @Override
    protected void before(int number, String operation) throws IOException {
        if (failing.fails(number, operation)) {
            failed = true;
            throw new FileSystemException(operation, null, "No space left on device");
        }
    }
}
