package org.qubestools.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.libvirt.LibvirtOptions;
import org.qubestools.core.libvirt.LibvirtVmm;
import org.qubestools.core.vmm.RealHostFiles;
import org.qubestools.core.vmm.Vmm;
import org.qubestools.core.vmm.VmmReport;

/** Opens the running system through libvirt. Nobody loads this class, and with it the driver, who does not need it. */
public final class VmmOpener {
    private static final int DEFAULT_SECONDS = 30;
    private static final int LONGEST = 86_400;

    private VmmOpener() {}

    /**
     * The running system of {@link QubesConfig#uri()}; the caller closes it.
     *
     * @param report hears, in one line each, what an administrator should know and what was put right by the way
     * @throws QubesException VMM_UNREACHABLE naming the URI if that fails
     */
    public static Vmm open(QubesConfig config, VmmReport report) {
        LibvirtOptions options =
                new LibvirtOptions(config.uri(), limit(config), config.driver(), new RealHostFiles(config));
        return LibvirtVmm.open(options, report);
    }

    /** Loads what {@link #open} needs, beside the caller; a failure is told by the opening. */
    public static void prepare() {
        LibvirtVmm.prepare();
    }

    private static Duration limit(QubesConfig config) {
        String timeout = config.timeout();
        if (timeout == null) {
            return Duration.ofSeconds(DEFAULT_SECONDS);
        }
        try {
            int seconds = Integer.parseInt(timeout);
            if (seconds >= 1 && seconds <= LONGEST) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            throw badTimeout(timeout, e);
        }
        throw badTimeout(timeout, null);
    }

    private static QubesException badTimeout(String timeout, @Nullable Throwable cause) {
        return new QubesException(
                ErrorKind.INVALID_VALUE,
                "QUBES_LIBVIRT_TIMEOUT is '" + SafeText.of(timeout) + "'",
                "it is a number of seconds, 1 to " + LONGEST,
                cause);
    }
}
