package org.qubestools.cli;

import java.time.Clock;
import java.time.ZoneId;
import java.util.concurrent.CountDownLatch;
import org.qubestools.cli.frame.Host;
import org.qubestools.core.runtime.FakeQrexecClient;
import org.qubestools.core.runtime.QrexecClient;

/** The host of an ordinary user, with VMs that have services, and with a Ctrl-C key. */
public final class ServiceHost implements Host {
    private final FakeHost plain = FakeHost.ordinary();
    private final FakeQrexecClient qrexec = new FakeQrexecClient();
    private volatile CountDownLatch interruptible = new CountDownLatch(1);
    private volatile Runnable cancel = () -> {};

    /** The VMs; tests give them services. */
    public FakeQrexecClient vms() {
        return qrexec;
    }

    /** Presses the key, from another thread, as soon as the next run has said what it shall do. */
    public Thread interruptSoon() {
        interruptible = new CountDownLatch(1);
        Thread user = new Thread(() -> {
            try {
                interruptible.await();
                cancel.run();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        user.start();
        return user;
    }

    @Override
    public QrexecClient qrexec() {
        return qrexec;
    }

    @Override
    public Registration onInterrupt(Runnable action) {
        cancel = action;
        interruptible.countDown();
        return () -> cancel = () -> {};
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
        return plain.effectiveUserId();
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
