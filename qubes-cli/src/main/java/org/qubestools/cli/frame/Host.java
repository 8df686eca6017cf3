package org.qubestools.cli.frame;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.runtime.HookFolders;
import org.qubestools.core.runtime.Hooks;
import org.qubestools.core.runtime.HostQrexecClient;
import org.qubestools.core.runtime.HostServices;
import org.qubestools.core.runtime.InstalledPrograms;
import org.qubestools.core.runtime.QrexecClient;
import org.qubestools.core.vmm.LazyVmm;

/** What a tool may want to know about the machine and the process; each is found out only when asked. */
public interface Host {
    /** Whether standard output is a terminal. */
    boolean outputIsTerminal();

    /** Whether standard error is a terminal. */
    boolean errorIsTerminal();

    int effectiveUserId();

    /** The name of the user who runs this, as the history of the store says it; empty if not known. */
    default String userName() {
        return "";
    }

    /** Time in UTC. */
    Clock clock();

    /** The zone in which dates are shown. */
    ZoneId zone();

    /** Asks on the terminal for something that must not be seen; the caller wipes it. Null without a terminal. */
    default char @Nullable [] readPassword(String prompt) {
        return null;
    }

    /** Ends what {@link #onInterrupt} began. */
    interface Registration extends AutoCloseable {
        Registration NOTHING = () -> {};

        @Override
        void close();
    }

    /**
     * Until the registration is closed an interrupted process (SIGINT, SIGTERM) calls this, from another thread, and
     * gives the run a minute to end by itself.
     */
    default Registration onInterrupt(Runnable cancel) {
        return Registration.NOTHING;
    }

    /** Bytes of memory that this process may use for objects. */
    default long maxMemory() {
        return Long.MAX_VALUE;
    }

    /**
     * Standard output for bytes in bulk: a write that fails throws, one that waits ends when its thread is interrupted.
     * Closing it closes standard output.
     *
     * @param out standard output for texts, which must be flushed
     */
    default OutputStream binaryOutput(PrintStream out) {
        return new CheckedOutput(out);
    }

    /** Where the kernel tells of this machine: below it are sysfs, procfs and the nodes of devices. */
    default Path kernelTree() {
        return Path.of("/");
    }

    /** How many threads can work at once. */
    default int processors() {
        return 2;
    }

    /** The way to services inside VMs. */
    default QrexecClient qrexec() {
        return new HostQrexecClient(HostQrexecClient.PROGRAM);
    }

    /** Time that passes while something is waited for. */
    default WaitTime waitTime() {
        return WaitTime.SYSTEM;
    }

    /**
     * What other packages have done at the moments of a VM's life.
     *
     * @param messages gets what they print as errors, line by line
     */
    default Hooks hooks(RealPaths paths, Consumer<String> messages) {
        return Hooks.NONE.and(new HookFolders(paths, new InstalledPrograms(), messages));
    }

    /** What this host has beside its VMM, which is connected to for its traits, to serve running VMs. */
    default HostServices services(LazyVmm vmm, HostServices.Surroundings around) {
        return HostServices.of(vmm.traits(), around);
    }
}
