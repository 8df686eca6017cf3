package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.runtime.Programs.Command;
import org.qubestools.core.runtime.Programs.Outcome;

/**
 * The volatile image of a VM as it was when the VM was saved with its memory. All that are restored from that have its name in
 * their memory, so each must find a file of its own behind it.
 */
final class PackedVolatile {
    private static final String FILE = "saved-cows.tar";
    private static final String IMAGE = "volatile.img";

    private final RunningSystem system;
    private final String directory;

    /** That of the VM whose directory this is. */
    PackedVolatile(RunningSystem system, String directory) {
        this.system = system;
        this.directory = directory;
    }

    /** Packs it, or leaves nothing. */
    void pack() {
        boolean done = false;
        try {
            tar("pack", "-Scf");
            done = true;
        } finally {
            if (!done) {
                delete();
            }
        }
    }

    /** Deletes what was packed of an earlier one. */
    void delete() {
        Path packed = system.real(directory).resolve(FILE);
        try {
            if (Files.exists(packed)) {
                system.place().layer().delete(packed);
            }
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot delete " + directory + "/" + FILE + ": " + IoReason.of(e),
                    IoReason.advice(e),
                    e);
        }
    }

    /**
     * Puts it in place, another file than the one before: who has that one open keeps it. The lock of the VM that it is of must
     * be held from before until whoever needs it has it open.
     */
    void unpack() {
        tar("unpack", "-xSUf");
    }

    /** Why none can be unpacked; null if there is one. */
    @Nullable
    String reasonAgainst() {
        return Files.exists(system.real(directory).resolve(FILE))
                ? null
                : "the volatile image that belongs to it, " + directory + "/" + FILE + ", is missing";
    }

    private void tar(String what, String options) {
        Path real = system.real(directory);
        Command command = Command.of("tar", options, real.resolve(FILE).toString(), "-C", real.toString(), IMAGE);
        Outcome outcome = system.host().programs().run(command);
        if (outcome.status() != 0) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot " + what + " " + directory + "/" + IMAGE + ": tar ended with " + outcome.status() + ": "
                            + SafeText.of(outcome.untrustedErrors().strip()));
        }
    }
}
