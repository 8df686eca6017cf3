package org.qubestools.core.runtime;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.runtime.Programs.Command;
import org.qubestools.core.runtime.Programs.Outcome;

/** xenstore through the programs that come with Xen: {@code xenstore-read} and {@code xenstore-chmod}. */
public final class XenStorePrograms implements XenStore {
    private static final int MAX_VALUE = 4096;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Programs programs;
    private final String reader;
    private final String chmod;

    /** {@code settings}: may name other places of the programs, see {@link HostProgram}. */
    public XenStorePrograms(Programs programs, Map<String, String> settings) {
        this.programs = programs;
        this.reader = HostProgram.XENSTORE_READ.in(settings);
        this.chmod = HostProgram.XENSTORE_CHMOD.in(settings);
    }

    @Override
    public Optional<String> readUntrusted(String path) {
        Outcome outcome = programs.run(Command.of(reader, path).within(LIMIT));
        String errors = outcome.untrustedErrors().toLowerCase(Locale.ROOT);
        if (outcome.status() != 0 && errors.contains("couldn't read path")) {
            return Optional.empty();
        }
        requireSuccess(outcome, reader, path);
        String value = outcome.untrustedOutput();
        value = value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
        if (value.length() > MAX_VALUE) {
            throw new QubesException(
                    ErrorKind.FAILED, "xenstore has more than " + MAX_VALUE + " bytes at " + SafeText.of(path));
        }
        return Optional.of(value);
    }

    /** The domain becomes the owner of the node, which nobody else but dom0 may then read. */
    @Override
    public void allowMemoryReports(int domainId) {
        String path = "/local/domain/" + domainId + "/memory";
        requireSuccess(programs.run(Command.of(chmod, path, "n" + domainId).within(LIMIT)), chmod, path);
    }

    private static void requireSuccess(Outcome outcome, String program, String path) {
        if (outcome.status() != 0) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    program + " failed at " + SafeText.of(path) + ": "
                            + SafeText.of(outcome.untrustedErrors().strip()));
        }
    }
}
