package org.qubestools.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.Host;
import org.qubestools.core.io.JumpingTime;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.runtime.FakeQrexecClient;
import org.qubestools.core.runtime.FakeServices;
import org.qubestools.core.runtime.Hooks;
import org.qubestools.core.runtime.HostServices;
import org.qubestools.core.runtime.InstalledPrograms;
import org.qubestools.core.runtime.QrexecClient;
import org.qubestools.core.vmm.LazyVmm;

/** The host of an ordinary user on which VMs run, all in memory; waiting takes no time. */
public final class LiveHost implements Host {
    private final FakeHost plain = FakeHost.ordinary();
    private final FakeQrexecClient qrexec = new FakeQrexecClient();
    private final JumpingTime time = new JumpingTime();
    private final FakeServices services;
    private Runnable cancel = () -> {};
    private boolean interrupted;
    private boolean realTime;
    private boolean realPrograms;
    private int user = FakeHost.ORDINARY_USER;
    private @Nullable String password;

    public LiveHost(FakeServices services) {
        this.services = services;
    }

    /** Waiting takes its time, for guests that are real. */
    public LiveHost inRealTime() {
        realTime = true;
        return this;
    }

    /** Its user is root. */
    public LiveHost asRoot() {
        user = 0;
        return this;
    }

    /** Whoever asks for a password gets this one. */
    public LiveHost typing(String text) {
        password = text;
        return this;
    }

    @Override
    public char @Nullable [] readPassword(String prompt) {
        return password == null ? null : password.toCharArray();
    }

    public JumpingTime time() {
        return time;
    }

    public FakeQrexecClient vms() {
        return qrexec;
    }

    /** Presses Ctrl-C as soon as the next run listens to it. */
    public void interruptAtOnce() {
        interrupted = true;
    }

    /** Presses it now. */
    public void interrupt() {
        cancel.run();
    }

    /** Programs of the host are run for what they do. */
    public LiveHost withRealPrograms() {
        realPrograms = true;
        return this;
    }

    @Override
    public HostServices services(LazyVmm vmm, HostServices.Surroundings around) {
        HostServices fake = services.services(vmm.traits(), around);
        return realPrograms
                ? new HostServices(
                        fake.memory(),
                        fake.databases(),
                        fake.xenStore(),
                        fake.daemons(),
                        new InstalledPrograms(),
                        fake.volatiles(),
                        fake.hooks(),
                        fake.timers())
                : fake;
    }

    @Override
    public Hooks hooks(RealPaths paths, Consumer<String> messages) {
        return services.services().hooks();
    }

    @Override
    public WaitTime waitTime() {
        return realTime ? WaitTime.SYSTEM : time;
    }

    @Override
    public QrexecClient qrexec() {
        return qrexec;
    }

    @Override
    public Registration onInterrupt(Runnable action) {
        cancel = action;
        if (interrupted) {
            action.run();
        }
        return () -> cancel = () -> {};
    }

    /** With real time or programs that of this machine, else one without devices. */
    @Override
    public Path kernelTree() {
        return realTime || realPrograms ? Path.of("/") : plain.kernelTree();
    }

    @Override
    public boolean outputIsTerminal() {
        return plain.outputIsTerminal();
    }

    @Override
    public boolean errorIsTerminal() {
        return plain.errorIsTerminal();
    }

    @Override
    public int effectiveUserId() {
        return user;
    }

    @Override
    public Clock clock() {
        return plain.clock();
    }

    @Override
    public ZoneId zone() {
        return plain.zone();
    }
}
