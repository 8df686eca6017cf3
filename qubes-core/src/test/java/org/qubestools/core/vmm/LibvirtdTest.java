package org.qubestools.core.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.libvirt.CompleteHost;
import org.qubestools.core.libvirt.LibvirtOptions;
import org.qubestools.core.libvirt.LibvirtVmm;
import org.qubestools.core.libvirt.PrivateLibvirtd;

/** What the driver does about a libvirtd that ends, comes back or stops answering. */
@Timeout(120)
final class LibvirtdTest {
    private PrivateLibvirtd daemon;

    @BeforeEach
    void start() {
        daemon = PrivateLibvirtd.startOrSkip();
    }

    @AfterEach
    void stop() {
        if (daemon != null) {
            daemon.thaw();
            daemon.close();
        }
    }

    private Vmm open(String uri, int seconds) {
        return LibvirtVmm.open(
                new LibvirtOptions(uri, Duration.ofSeconds(seconds), DriverSettings.NONE, new CompleteHost()),
                warning -> {});
    }

    private static void assertUnreachable(String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.VMM_UNREACHABLE))
                .hasMessageContaining(message);
    }

    @Test
    void aRestartIsSurvivedWithOneNewConnection() {
        AtomicInteger opened = new AtomicInteger();
        try (LazyVmm vmm = LazyVmm.connectingBy(() -> {
            opened.incrementAndGet();
            return open(daemon.test(), 30);
        })) {
            assertThat(vmm.domains()).isNotEmpty();

            daemon.kill();
            daemon.startAgain();

            assertThat(vmm.domains()).isNotEmpty();
            assertThat(opened).hasValue(2);
        }
    }

    @Test
    void whileTheDaemonIsDownTheErrorNamesTheUriAndTheNextUseTriesAgain() {
        try (LazyVmm vmm = LazyVmm.connectingBy(() -> open(daemon.test(), 30))) {
            assertThat(vmm.domains()).isNotEmpty();
            daemon.kill();

            assertUnreachable("cannot connect to " + daemon.test(), vmm::domains);
            assertUnreachable("cannot connect to " + daemon.test(), vmm::host);

            daemon.startAgain();
            assertThat(vmm.domains()).isNotEmpty();
        }
    }

    @Test
    void aDaemonThatDoesNotAnswerIsGivenUpAndTakenUpAgain() {
        try (LazyVmm vmm = LazyVmm.connectingBy(() -> open(daemon.test(), 2))) {
            int domains = vmm.domains().size();
            daemon.freeze();

            assertUnreachable("has not answered for 2 seconds", vmm::domains);
            // Now without waiting.
            for (int i = 0; i < 100; i++) {
                assertUnreachable("has not answered for 2 seconds", vmm::host);
            }
            assertThat(vmm.isAlive()).isTrue();

            daemon.thaw();
            assertThat(eventually(vmm)).isEqualTo(domains);
        }
    }

    /** The call that was given up ends when the daemon answers it. */
    private static int eventually(Vmm vmm) {
        while (true) {
            try {
                return vmm.domains().size();
            } catch (QubesException e) {
                assertThat(e).hasMessageContaining("has not answered");
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void aDaemonThatDoesNotAnswerKeepsNobodyFromOpeningOrClosing() {
        try (Vmm vmm = open(daemon.test(), 2)) {
            daemon.freeze();
            assertUnreachable("has not answered for 2 seconds", () -> open(daemon.test(), 2));
            assertUnreachable("has not answered for 2 seconds", vmm::domains);
        }
    }

    @Test
    void anIdleConnectionToADaemonThatDoesNotAnswerIsClosed() {
        try (Vmm vmm = open(daemon.test(), 2)) {
            assertThat(vmm.isAlive()).isTrue();
            daemon.freeze();
        }
    }

    @Test
    void aListenerHearsOfTheEndOfTheDaemon() throws InterruptedException {
        BlockingQueue<DomainEvent> events = new LinkedBlockingQueue<>();
        try (Vmm vmm = open(daemon.test(), 30);
                Subscription subscription = vmm.subscribe(events::add)) {
            daemon.kill();

            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo(DomainEvent.lost());
            assertThatThrownBy(vmm::domains).isInstanceOf(QubesException.class);
            assertThat(vmm.isAlive()).isFalse();
        }
    }

    @Test
    void aListenerHearsOfADaemonThatStopsAnswering() throws InterruptedException {
        BlockingQueue<DomainEvent> events = new LinkedBlockingQueue<>();
        try (Vmm vmm = open(daemon.test(), 6);
                Subscription subscription = vmm.subscribe(events::add)) {
            daemon.freeze();

            assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo(DomainEvent.lost());
        }
    }

    @Test
    void openingAndClosingLeavesNothingBehind() throws IOException {
        openAndClose(3); // what is loaded and begun once
        long descriptors = entries("/proc/self/fd");
        long threads = entries("/proc/self/task");

        openAndClose(100);

        // Others of this process may have some less or a few more at the moment.
        assertThat(entries("/proc/self/fd")).isLessThan(descriptors + 20);
        assertThat(entries("/proc/self/task")).isLessThan(threads + 20);
    }

    private void openAndClose(int times) {
        for (int i = 0; i < times; i++) {
            try (Vmm vmm = open(daemon.test(), 30);
                    Subscription subscription = vmm.subscribe(event -> {})) {
                assertThat(vmm.domains()).isNotEmpty();
                assertThat(vmm.find(new DomainKey("test", null))).isPresent();
            }
        }
    }

    private static long entries(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(directory))) {
            return entries.count();
        }
    }
}
