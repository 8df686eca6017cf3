package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qubestools.qubesdb.MessageType;

/** The daemon of dom0 and that of the domain, both ours; and the latter with a dom0 that is played by the test. */
final class LinkedPairTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path temporary;

    private Path dom0Folder;
    private Path domainFolder;
    private Path socket;
    private final List<String> domainLog = new CopyOnWriteArrayList<>();

    @BeforeEach
    void chooseFolders() {
        dom0Folder = temporary.resolve("dom0");
        domainFolder = temporary.resolve("domain");
        socket = dom0Folder.resolve("vchan/vchan.0.7.111.sock");
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(domainFolder.resolve("qubesdb.sock")).doesNotExist();
        assertThat(domainFolder.resolve("qubesdb.lock")).doesNotExist();
    }

    private TestDaemon dom0() throws Exception {
        return TestDaemon.start(dom0Folder, DaemonOptions.DEFAULT.withLink(new DaemonLink.Listen(socket)));
    }

    private QubesDbDaemon domain(DaemonLink link) throws Exception {
        return QubesDbDaemon.startLocal(
                domainFolder, DaemonOptions.DEFAULT.withLink(link).withLog(domainLog::add));
    }

    private QubesDbDaemon domain() throws Exception {
        return domain(new DaemonLink.Connect(socket));
    }

    private RawClient inDomain() throws IOException {
        return RawClient.connect(domainFolder.resolve("qubesdb.sock"));
    }

    private static void write(RawClient client, String path, String value) throws IOException {
        assertThat(client.ask(Frame.write(path, value))).isEqualTo(Frame.ok(path));
    }

    /** Waits for a change that comes over the link. */
    private static void until(RawClient client, Frame question, Frame answer) {
        TestDaemon.until("the answer is " + answer, () -> {
            try {
                return client.ask(question).equals(answer);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void changesOfEitherReachTheOther() throws Exception {
        try (TestDaemon dom0 = dom0();
                RawClient outside = dom0.client()) {
            write(outside, "/name", "work");
            try (QubesDbDaemon domain = domain()) {
                assertThat(domain.awaitServing(LONG)).isTrue();
                try (RawClient inside = inDomain()) {
                    assertThat(inside.ask(Frame.read("/name"))).isEqualTo(Frame.value("/name", "work"));
                    assertThat(inside.ask(Frame.of(MessageType.WATCH, "/"))).isEqualTo(Frame.ok("/"));
                    assertThat(outside.ask(Frame.of(MessageType.WATCH, "/"))).isEqualTo(Frame.ok("/"));

                    outside.send(Frame.write("/a", "1"));
                    outside.expect(Frame.ok("/a"), Frame.event("/a"));
                    inside.expect(Frame.event("/a"));
                    assertThat(inside.ask(Frame.read("/a"))).isEqualTo(Frame.value("/a", "1"));

                    inside.send(Frame.of(MessageType.REMOVE, "/a"));
                    inside.expect(Frame.ok("/a"), Frame.event("/a"));
                    outside.expect(Frame.event("/a"));
                    assertThat(outside.ask(Frame.read("/a"))).isEqualTo(Frame.noent("/a"));
                    assertThat(domain.linkState()).isEqualTo(LinkState.SYNCED);
                }
            }
            assertThat(domainLog).isEmpty();
        }
    }

    @Test
    void eitherMayBeTheOneThatListens() throws Exception {
        Path port = temporary.resolve("ports/work");
        DaemonOptions connecting = DaemonOptions.DEFAULT.withLink(new DaemonLink.Connect(port));
        try (TestDaemon dom0 = TestDaemon.start(dom0Folder, connecting);
                RawClient outside = dom0.client()) {
            write(outside, "/name", "work");
            for (int i = 0; i < 2; i++) {
                try (QubesDbDaemon domain = domain(new DaemonLink.Listen(port))) {
                    assertThat(domain.awaitServing(LONG)).isTrue();
                    try (RawClient inside = inDomain()) {
                        assertThat(inside.ask(Frame.read("/name"))).isEqualTo(Frame.value("/name", "work"));
                    }
                }
                assertThat(port).doesNotExist();
            }
        }
    }

    @Test
    void domainWhosePlaceIsTakenTriesAgain() throws Exception {
        Files.createDirectories(domainFolder);
        try (TestDaemon dom0 = dom0();
                ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(domainFolder.resolve("qubesdb.ro.sock")));
            try (QubesDbDaemon domain = domain()) {
                TestDaemon.until("it is told", () -> domainLog.size() > 1);
                assertThat(domainLog).allMatch(line -> line.contains("link"));
                assertThat(domainLog.get(0)).contains("is answered");
                assertThat(domain.awaitServing(Duration.ZERO)).isFalse();
                other.close();

                assertThat(domain.awaitServing(LONG)).isTrue();
                try (RawClient inside = RawClient.connect(domainFolder.resolve("qubesdb.ro.sock"))) {
                    inside.expectAlive();
                }
            }
            assertThat(dom0.log).allMatch(line -> line.equals("the link is gone"));
        }
    }

    @Test
    void domainServesNobodyBeforeItHasTheContent() throws Exception {
        try (QubesDbDaemon domain = domain()) {
            assertThat(domain.awaitServing(Duration.ofMillis(300))).isFalse();
            assertThat(domainFolder.resolve("qubesdb.sock")).doesNotExist();
            assertThat(domainFolder.resolve("qubesdb.lock")).exists();
            assertThat(domain.linkState()).isEqualTo(LinkState.WAITING);
            assertThatThrownBy(this::domain).isInstanceOf(DaemonRunsException.class);

            try (TestDaemon dom0 = dom0()) {
                assertThat(domain.awaitServing(LONG)).isTrue();
                assertThat(dom0.log).isEmpty();
                try (RawClient inside = inDomain()) {
                    inside.expectAlive();
                }
            }
        }
    }

    @Test
    void domainWaitsForTheNextDom0AndServesNobodyMeanwhile() throws Exception {
        try (QubesDbDaemon domain = domain()) {
            RawClient inside;
            try (TestDaemon dom0 = dom0();
                    RawClient outside = dom0.client()) {
                write(outside, "/old", "1");
                assertThat(domain.awaitServing(LONG)).isTrue();
                inside = inDomain();
                assertThat(inside.ask(Frame.of(MessageType.WATCH, "/"))).isEqualTo(Frame.ok("/"));
                until(inside, Frame.read("/old"), Frame.value("/old", "1"));
            }
            TestDaemon.until("the loss is seen", () -> domain.linkState() == LinkState.WAITING);
            inside.send(Frame.read("/new"));
            RawClient late = inDomain();
            late.send(Frame.read("/new"));

            try (TestDaemon dom0 = dom0();
                    RawClient outside = dom0.client()) {
                TestDaemon.until("there is a link again", () -> domain.linkState() == LinkState.SYNCED);
                assertThat(dom0.log).isEmpty();
                write(outside, "/again", "3");
                late.expect(Frame.noent("/new"));
                // Both were asked before; the event comes whenever the change does.
                assertThat(inside.receive(2)).containsExactlyInAnyOrder(Frame.noent("/new"), Frame.event("/again"));
                assertThat(inside.ask(Frame.read("/old"))).isEqualTo(Frame.value("/old", "1"));
            }
            inside.close();
            late.close();
        }
    }

    @Test
    void entriesOfTheContentAreEvents() throws Exception {
        try (FakeDom0 dom0 = new FakeDom0(socket);
                QubesDbDaemon domain = domain()) {
            try (RawClient link = dom0.accept()) {
                link.expect(LinkedDaemon.DUMP);
                link.send(Frame.entry("/a", "1"), LinkedDaemon.END);
                assertThat(domain.awaitServing(LONG)).isTrue();
            }
            try (RawClient inside = inDomain();
                    RawClient link = dom0.accept()) {
                inside.send(Frame.of(MessageType.WATCH, "/"));
                link.expect(LinkedDaemon.DUMP);
                link.send(Frame.entry("/b", "2"), LinkedDaemon.END);
                inside.expect(Frame.ok("/"));
                link.send(Frame.write("/c", "3"), Frame.of(MessageType.REMOVE, "/b"));
                link.expect(Frame.ok("/c"), Frame.ok("/b"));
                inside.expect(Frame.event("/c"), Frame.event("/b"));

                write(inside, "/d", "4");
                inside.expect(Frame.event("/d"));
                link.expect(Frame.write("/d", "4"));
            }
            try (RawClient link = dom0.accept();
                    RawClient inside = inDomain()) {
                link.expect(LinkedDaemon.DUMP);
                link.send(LinkedDaemon.END);
                // What dom0 has no longer is kept.
                assertThat(inside.ask(Frame.read("/a"))).isEqualTo(Frame.value("/a", "1"));
            }
        }
    }

    @Test
    void watchersOfBeforeAreToldOfTheNewContent() throws Exception {
        try (FakeDom0 dom0 = new FakeDom0(socket);
                QubesDbDaemon domain = domain()) {
            RawClient inside;
            try (RawClient link = dom0.accept()) {
                link.send(LinkedDaemon.END);
                assertThat(domain.awaitServing(LONG)).isTrue();
                inside = inDomain();
                assertThat(inside.ask(Frame.of(MessageType.WATCH, "/"))).isEqualTo(Frame.ok("/"));
            }
            try (RawClient link = dom0.accept()) {
                link.send(Frame.entry("/b", "2"), Frame.entry("/a", "1"), LinkedDaemon.END);
                inside.expect(Frame.event("/b"), Frame.event("/a"));
            }
            inside.close();
        }
    }

    static Stream<Frame> nonsense() {
        return Stream.of(
                Frame.read("/a"),
                Frame.of(MessageType.MULTIREAD, ""),
                Frame.error(""),
                Frame.entry("relative", "x"),
                Frame.entry("/a/", "x"),
                Frame.entry("/a", "\0"),
                Frame.entry("/a b", "x"),
                Frame.entry("", "x"),
                Frame.of(MessageType.REMOVE, "/missing"),
                new Frame(99, "", ""));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void nonsenseOfDom0IsFollowedByANewTry(Frame message) throws Exception {
        try (FakeDom0 dom0 = new FakeDom0(socket);
                QubesDbDaemon domain = domain()) {
            for (int i = 0; i < 2; i++) {
                try (RawClient link = dom0.accept()) {
                    link.expect(LinkedDaemon.DUMP);
                    link.send(message);
                    link.receiveToEnd();
                }
                assertThat(domain.awaitServing(Duration.ZERO)).isFalse();
            }
            try (RawClient link = dom0.accept()) {
                link.send(LinkedDaemon.END);
                assertThat(domain.awaitServing(LONG)).isTrue();
            }
        }
    }

    /** Where the other side has answered the one before us as well, the refusal comes behind the content. */
    @Test
    void contentThatIsRefusedBehindItselfIsAskedForAgain() throws Exception {
        try (FakeDom0 dom0 = new FakeDom0(socket);
                QubesDbDaemon domain = domain()) {
            try (RawClient link = dom0.accept()) {
                link.expect(LinkedDaemon.DUMP);
                link.send(LinkedDaemon.END, Frame.error(""));
                link.receiveToEnd();
            }
            try (RawClient link = dom0.accept();
                    RawClient inside = inDomain()) {
                link.expect(LinkedDaemon.DUMP);
                link.send(Frame.entry("/a", "1"), LinkedDaemon.END);
                until(inside, Frame.read("/a"), Frame.value("/a", "1"));
            }
            assertThat(domainLog).contains("the link is dropped: the other side does not give its content");
        }
    }

    @Test
    void connectionsMayBeHandedOver() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path place = temporary.resolve("hand-over");
            server.bind(UnixDomainSocketAddress.of(place));
            DaemonOptions options = DaemonOptions.DEFAULT.withLink(DaemonLink.HANDED_OVER);
            try (TestDaemon dom0 = TestDaemon.start(dom0Folder, options);
                    RawClient outside = dom0.client();
                    QubesDbDaemon domain = domain(DaemonLink.HANDED_OVER)) {
                for (int i = 0; i < 3; i++) {
                    write(outside, "/name", "work" + i);
                    SocketChannel one = SocketChannel.open(UnixDomainSocketAddress.of(place));
                    SocketChannel other = server.accept();
                    TestDaemon.until("there is no link", () -> dom0.daemon.linkState() == LinkState.WAITING);
                    dom0.daemon.link(one);
                    domain.link(other);
                    assertThat(domain.awaitServing(LONG)).isTrue();
                    try (RawClient inside = inDomain()) {
                        assertThat(inside.ask(Frame.read("/name"))).isEqualTo(Frame.value("/name", "work" + i));
                    }

                    SocketChannel third = SocketChannel.open(UnixDomainSocketAddress.of(place));
                    assertThatThrownBy(() -> domain.link(third)).isInstanceOf(IOException.class);
                    assertThat(third.isOpen()).isFalse();
                    server.accept().close();
                    other.shutdownOutput();
                    TestDaemon.until("the loss is seen", () -> domain.linkState() == LinkState.WAITING);
                }
            }
        }
    }

    /** Whatever the domain connects to. */
    private static final class FakeDom0 implements AutoCloseable {
        private final ServerSocketChannel server;

        FakeDom0(Path socket) throws IOException {
            Files.createDirectories(socket.getParent());
            this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket));
        }

        RawClient accept() throws IOException {
            return RawClient.of(server.accept());
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
