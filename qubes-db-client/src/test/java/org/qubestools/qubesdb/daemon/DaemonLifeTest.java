package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.MessageType;

/** How a daemon begins and ends, what it leaves, and what it does about another one. */
final class DaemonLifeTest {
    private static final Path SELF = Path.of("/proc/self/fd");

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void chooseFolder() {
        folder = temporary.resolve("run/qubes");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void filesAreThereWhileItRunsAndNoLonger() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder);
                RawClient client = daemon.client()) {
            client.expectAlive();
            assertThat(names(folder))
                    .containsExactly(
                            "qubesdb.work.lock", "qubesdb.work.pid", "qubesdb.work.ro.sock", "qubesdb.work.sock");
            assertThat(folder.resolve("qubesdb.work.pid"))
                    .hasContent(ProcessHandle.current().pid() + "\n");
        }

        assertThat(names(folder)).isEmpty();
    }

    @Test
    void socketsAreForTheOwnerUnlessAskedOtherwise() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder)) {
            assertThat(daemon.log).isEmpty();
            assertThat(mode(folder)).isEqualTo("rwx------");
            assertThat(mode(folder.resolve("qubesdb.work.sock"))).isEqualTo("rw-------");
            assertThat(mode(folder.resolve("qubesdb.work.ro.sock"))).isEqualTo("rw-------");
        }
        DaemonOptions open = DaemonOptions.DEFAULT.withModes(
                PosixFilePermissions.fromString("rw-rw----"), PosixFilePermissions.fromString("rw-rw-rw-"));
        try (TestDaemon daemon = TestDaemon.start(folder, open)) {
            assertThat(daemon.log).isEmpty();
            assertThat(mode(folder.resolve("qubesdb.work.sock"))).isEqualTo("rw-rw----");
            assertThat(mode(folder.resolve("qubesdb.work.ro.sock"))).isEqualTo("rw-rw-rw-");
        }
    }

    @Test
    void localDaemonOfANameIsFoundByLinks() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder, DaemonOptions.DEFAULT.asLocal());
                RawClient client = RawClient.connect(folder.resolve("qubesdb.sock"))) {
            client.expectAlive();
            assertThat(daemon.log).isEmpty();
            assertThat(Files.readSymbolicLink(folder.resolve("qubesdb.sock"))).hasToString("qubesdb.work.sock");
        }

        assertThat(names(folder)).isEmpty();
    }

    @Test
    void linkThatIsAnothersByNowStays() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder, DaemonOptions.DEFAULT.asLocal())) {
            assertThat(daemon.log).isEmpty();
            Files.delete(folder.resolve("qubesdb.sock"));
            Files.createSymbolicLink(folder.resolve("qubesdb.sock"), Path.of("qubesdb.other.sock"));
        }

        assertThat(names(folder)).containsExactly("qubesdb.sock");
    }

    @Test
    void linkDoesNotTakeThePlaceOfASocketThatIsAnswered() throws Exception {
        try (QubesDbDaemon local = QubesDbDaemon.startLocal(folder, DaemonOptions.DEFAULT)) {
            assertThatThrownBy(() -> TestDaemon.start(folder, DaemonOptions.DEFAULT.asLocal()))
                    .isInstanceOf(DaemonRunsException.class)
                    .hasMessageContaining("qubesdb.sock");
            assertThat(local.linkState()).isEqualTo(LinkState.NONE);
            assertThat(names(folder)).containsExactly("qubesdb.lock", "qubesdb.ro.sock", "qubesdb.sock");
        }
    }

    @Test
    void localDaemonHasSocketsWithoutAName() throws Exception {
        try (QubesDbDaemon daemon = QubesDbDaemon.startLocal(folder, DaemonOptions.DEFAULT);
                RawClient client = RawClient.connect(folder.resolve("qubesdb.sock"))) {
            client.expectAlive();
            assertThat(daemon.awaitServing(Duration.ZERO)).isTrue();
            assertThat(names(folder)).containsExactly("qubesdb.lock", "qubesdb.ro.sock", "qubesdb.sock");
        }
    }

    @Test
    void pidFileThatHoldsAnothersNumberStays() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder)) {
            assertThat(daemon.log).isEmpty();
            Files.writeString(folder.resolve("qubesdb.work.pid"), "1\n");
        }

        assertThat(names(folder)).containsExactly("qubesdb.work.pid");
    }

    @Test
    void socketThatIsAnothersByNowStays() throws Exception {
        Path socket = folder.resolve("qubesdb.work.sock");
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            try (TestDaemon daemon = TestDaemon.start(folder)) {
                assertThat(daemon.log).isEmpty();
                Files.delete(socket);
                other.bind(UnixDomainSocketAddress.of(socket));
            }
            assertThat(names(folder)).containsExactly("qubesdb.work.sock");
        }
    }

    @Test
    void secondDaemonOfANameIsRefusedAndTheFirstGoesOn() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder);
                RawClient client = daemon.client()) {
            assertThatThrownBy(() -> TestDaemon.start(folder)).isInstanceOf(DaemonRunsException.class);
            try (QubesDbHost host = QubesDbHost.open()) {
                assertThatThrownBy(() -> host.start(folder, "work", DaemonOptions.DEFAULT))
                        .isInstanceOf(DaemonRunsException.class);
            }
            client.expectAlive();
            assertThat(names(folder)).hasSize(4);
        }
    }

    @Test
    void secondDaemonInAnotherProcessIsRefused() throws Exception {
        try (ChildDaemon child = ChildDaemon.start(folder)) {
            assertThat(child.line()).isEqualTo("serving");
            assertThatThrownBy(() -> TestDaemon.start(folder)).isInstanceOf(DaemonRunsException.class);
            assertThat(folder.resolve("qubesdb.work.pid")).hasContent(child.pid() + "\n");
            child.kill();
        }
    }

    @Test
    void lockHoldsAfterASecondStartInTheSameProcess() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder)) {
            assertThat(daemon.log).isEmpty();
            assertThatThrownBy(() -> TestDaemon.start(folder)).isInstanceOf(DaemonRunsException.class);
            // So that only the lock tells the other process.
            Files.delete(folder.resolve("qubesdb.work.sock"));
            Files.delete(folder.resolve("qubesdb.work.ro.sock"));
            try (ChildDaemon child = ChildDaemon.start(folder)) {
                assertThat(child.line()).isEqualTo("runs already");
            }
        }
    }

    @Test
    void socketOfADaemonWithoutALockIsRespected() throws Exception {
        Files.createDirectories(folder);
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(folder.resolve("qubesdb.work.sock")));

            assertThatThrownBy(() -> TestDaemon.start(folder))
                    .isInstanceOf(DaemonRunsException.class)
                    .hasMessageContaining("is answered");
            assertThat(names(folder)).containsExactly("qubesdb.work.sock");
        }
    }

    @Test
    void leftoversOfAKilledDaemonAreTakenOver() throws Exception {
        try (ChildDaemon child = ChildDaemon.start(folder)) {
            assertThat(child.line()).isEqualTo("serving");
            child.kill();
        }
        assertThat(names(folder)).hasSize(6).contains("qubesdb.work.sock", "qubesdb.work.pid", "qubesdb.sock");
        // As if it had been killed while it made a socket.
        Files.createDirectory(folder.resolve(".qubesdb.work"));
        Files.createFile(folder.resolve(".qubesdb.work/s"));

        try (TestDaemon daemon = TestDaemon.start(folder, DaemonOptions.DEFAULT.asLocal());
                RawClient client = daemon.client()) {
            client.expectAlive();
            assertThat(folder.resolve("qubesdb.work.pid"))
                    .hasContent(ProcessHandle.current().pid() + "\n");
        }
        assertThat(names(folder)).isEmpty();
    }

    @Test
    void failedStartLeavesNothing() throws Exception {
        Files.createDirectories(folder.resolve("qubesdb.work.pid/full"));

        assertThatThrownBy(() -> TestDaemon.start(folder)).isInstanceOf(IOException.class);

        assertThat(names(folder)).containsExactly("qubesdb.work.pid");
    }

    @Test
    void folderMayBeBehindALink() throws Exception {
        Files.createDirectories(folder);
        Path link = Files.createSymbolicLink(temporary.resolve("link"), folder);
        try (TestDaemon daemon = TestDaemon.start(link)) {
            assertThatThrownBy(() -> TestDaemon.start(folder)).isInstanceOf(DaemonRunsException.class);
            assertThat(daemon.log).isEmpty();
        }
    }

    @Test
    void answersOnTheirWayComeBeforeTheEnd() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder);
                RawClient client = daemon.client()) {
            Frame first = askForMuch(client);

            Thread closer = new Thread(() -> close(daemon));
            closer.start();

            assertThat(first).isEqualTo(Frame.entry("/k99", "v".repeat(3000)));
            assertThat(client.receiveToEnd()).hasSize(200).endsWith(Frame.entry("", ""));
            closer.join();
        }
    }

    /** More than a socket holds; the first of 201 messages. */
    private static Frame askForMuch(RawClient client) throws IOException {
        for (int i = 0; i < 200; i++) {
            client.send(Frame.write("/k" + i, "v".repeat(3000)));
        }
        client.receive(200);
        return client.ask(Frame.of(MessageType.MULTIREAD, ""));
    }

    @Test
    void clientThatTakesNothingDoesNotKeepItFromEnding() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder);
                RawClient client = daemon.client()) {
            askForMuch(client);

            daemon.close();

            assertThat(daemon.log).containsExactly("clients that took no answers are given up");
            assertThat(names(folder)).isEmpty();
        }
    }

    private static void close(AutoCloseable daemon) {
        try {
            daemon.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void interruptDoesNotKeepItFromEnding() throws Exception {
        TestDaemon daemon = TestDaemon.start(folder);
        Thread.currentThread().interrupt();

        daemon.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(names(folder)).isEmpty();
        daemon.close();
    }

    @Test
    void hostServesManyAndEndsThoseLeftOver() throws Exception {
        QubesDbHost host = QubesDbHost.open();
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            host.start(folder, "vm" + i, DaemonOptions.DEFAULT);
            clients.add(RawClient.connect(folder.resolve("qubesdb.vm" + i + ".sock")));
            clients.get(i).ask(Frame.write("/name", "vm" + i));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(clients.get(i).ask(Frame.read("/name"))).isEqualTo(Frame.value("/name", "vm" + i));
        }
        QubesDbDaemon again = host.start(folder, "last", DaemonOptions.DEFAULT);
        again.close();

        host.close();
        host.close();

        for (RawClient client : clients) {
            client.expectEnd();
            client.close();
        }
        assertThat(names(folder)).isEmpty();
        assertThatThrownBy(() -> host.start(folder, "late", DaemonOptions.DEFAULT))
                .isInstanceOf(IOException.class);
    }

    @Test
    void thousandStartsLeaveNoThreadDescriptorOrFile() throws Exception {
        cycle(20);
        long threads = daemonThreads();
        int descriptors = descriptors();

        cycle(1000);

        TestDaemon.until("threads are gone", () -> daemonThreads() <= threads);
        TestDaemon.until("descriptors are gone", () -> descriptors() <= descriptors);
        assertThat(names(folder)).isEmpty();
    }

    private void cycle(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            try (TestDaemon daemon = TestDaemon.start(folder);
                    RawClient client = daemon.client()) {
                client.expectAlive();
                client.send(Frame.of(MessageType.WATCH, "/"));
            }
        }
    }

    private static long daemonThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("qubesdb-daemon"))
                .count();
    }

    private static int descriptors() {
        try {
            return names(SELF).size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
