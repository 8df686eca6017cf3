package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.qubesdb.MessageType;

/** The side of dom0 in the recorded conversations, and what else a good domain may do. */
final class LinkConversationTest {
    @TempDir
    Path folder;

    private LinkedDaemon dom0;
    private RawClient local;

    @BeforeEach
    void start() throws Exception {
        dom0 = new LinkedDaemon(folder, Duration.ofSeconds(30));
        local = dom0.client();
    }

    @AfterEach
    void stop() throws IOException {
        local.close();
        dom0.close();
        assertThat(folder.resolve("vchan/vchan.0.7.111.sock")).doesNotExist();
    }

    @Test
    void domainHasEverythingAndThenEachChange() throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            assertThat(local.ask(Frame.write("/name", "new"))).isEqualTo(Frame.ok("/name"));
            domain.expect(Frame.write("/name", "new"));
            domain.send(Frame.ok("/name"));

            assertThat(local.ask(Frame.of(MessageType.REMOVE, "/d/"))).isEqualTo(Frame.ok("/d/"));
            domain.expect(Frame.of(MessageType.REMOVE, "/d/"));
            domain.send(Frame.ok("/d/"));

            assertThat(local.ask(Frame.of(MessageType.REMOVE, "/zz"))).isEqualTo(Frame.noent("/zz"));
            assertThat(local.ask(Frame.write("relative", "x"))).isEqualTo(Frame.error("relative"));
            stillLinked(domain);
        }
    }

    /** The next thing that comes is the answer to this. */
    private static void stillLinked(RawClient domain) throws IOException {
        assertThat(domain.ask(Frame.write("/probe", "x"))).isEqualTo(Frame.ok("/probe"));
    }

    @Test
    void changesOfTheDomainReachReadersAndWatchers() throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            String size = "/qubes-block-devices/sda/size";
            String mode = "/qubes-block-devices/sda/mode";
            String all = "/qubes-block-devices/";
            assertThat(local.ask(Frame.of(MessageType.WATCH, all))).isEqualTo(Frame.ok(all));

            domain.send(Frame.bytes(Frame.write(size, "512"), Frame.write(mode, "w")));
            domain.expect(Frame.ok(size), Frame.ok(mode));
            local.expect(Frame.event(size), Frame.event(mode));
            assertThat(local.ask(Frame.read(size))).isEqualTo(Frame.value(size, "512"));

            domain.send(Frame.of(MessageType.REMOVE, all));
            domain.expect(Frame.ok(all));
            local.expect(Frame.event(all));
            assertThat(local.ask(Frame.of(MessageType.LIST, "/qubes-b")))
                    .isEqualTo(Frame.of(MessageType.LIST_REPLY, ""));
            stillLinked(domain);
        }
    }

    @Test
    void readOverTheLinkEndsTheLinkOnly() throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            domain.send(Frame.read("/name"));

            domain.expectEnd();
            local.expectAlive();
        }
    }

    @Test
    void removalOfAMissingKeyEndsTheLinkOnly() throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            domain.send(Frame.of(MessageType.REMOVE, "/zz"));

            domain.expect(Frame.noent("/zz"));
            domain.expectEnd();
            local.expectAlive();
        }
    }

    @ParameterizedTest
    @CsvSource({"/name, /name", "/d/, /d/", "/d/, /d/a", "/d/a, /d/a", "/d/, /d"})
    void removalThatBothSidesMakeAtTheSameTimeIsNoFault(String here, String there) throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            assertThat(local.ask(Frame.write("/d", "key"))).isEqualTo(Frame.ok("/d"));
            domain.expect(Frame.write("/d", "key"));
            domain.send(Frame.ok("/d"));
            assertThat(local.ask(Frame.of(MessageType.REMOVE, here))).isEqualTo(Frame.ok(here));
            domain.send(Frame.of(MessageType.REMOVE, there));

            domain.expect(Frame.of(MessageType.REMOVE, here), Frame.ok(there));
            domain.send(Frame.ok(here));
            stillLinked(domain);
        }
    }

    @Test
    void removalOfWhatIsMissingForLongIsAFaultAlsoBehindAnother() throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            assertThat(local.ask(Frame.of(MessageType.REMOVE, "/name"))).isEqualTo(Frame.ok("/name"));
            domain.expect(Frame.of(MessageType.REMOVE, "/name"));
            domain.send(Frame.ok("/name"), Frame.of(MessageType.REMOVE, "/name"));

            domain.expect(Frame.noent("/name"));
            domain.expectEnd();
            local.expectAlive();
        }
    }

    @Test
    void secondDumpEndsTheLinkOnly() throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            domain.send(LinkedDaemon.DUMP);

            domain.expect(Frame.error(""));
            domain.expectEnd();
            local.expectAlive();
        }
    }

    @Test
    void changesBeforeTheDumpArePartOfItOnly() throws IOException {
        try (RawClient domain = dom0.domain()) {
            dom0.until(LinkState.CONNECTED);
            assertThat(local.ask(Frame.of(MessageType.REMOVE, "/d/"))).isEqualTo(Frame.ok("/d/"));
            assertThat(local.ask(Frame.write("/e", "early"))).isEqualTo(Frame.ok("/e"));
            domain.send(LinkedDaemon.DUMP);

            domain.expect(
                    Frame.entry("/qubes-vm-type", "AppVM"),
                    Frame.entry("/name", "work"),
                    Frame.entry("/e", "early"),
                    LinkedDaemon.END);
            assertThat(dom0.state()).isEqualTo(LinkState.SYNCED);
        }
    }

    @Test
    void changesWhileTheDumpIsTakenComeBehindIt() throws IOException {
        String value = "v".repeat(3000);
        for (int i = 0; i < 300; i++) {
            String path = String.format("/z%03d", i);
            assertThat(local.ask(Frame.write(path, value))).isEqualTo(Frame.ok(path));
        }
        try (RawClient domain = dom0.domain()) {
            domain.send(LinkedDaemon.DUMP);
            dom0.until(LinkState.SYNCED);
            assertThat(local.ask(Frame.of(MessageType.REMOVE, "/d/"))).isEqualTo(Frame.ok("/d/"));

            assertThat(domain.receive(300)).startsWith(Frame.entry("/z299", value));
            domain.expect(LinkedDaemon.CONTENT);
            domain.expect(Frame.of(MessageType.REMOVE, "/d/"));
        }
    }

    @Test
    void domainMayWriteBeforeItHasAsked() throws IOException {
        try (RawClient domain = dom0.domain()) {
            stillLinked(domain);

            assertThat(local.ask(Frame.read("/probe"))).isEqualTo(Frame.value("/probe", "x"));
            assertThat(dom0.state()).isEqualTo(LinkState.CONNECTED);
        }
    }

    @Test
    void faultsThatEndNothingAreAnswered() throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            assertThat(domain.ask(Frame.write("/nul", "a\0"))).isEqualTo(Frame.error("/nul"));
            assertThat(domain.ask(Frame.write("relative", "a\0"))).isEqualTo(Frame.error("relative"));
            assertThat(domain.ask(Frame.of(MessageType.REMOVE, "/name", "x"))).isEqualTo(Frame.error("/name"));
            domain.send(Frame.ok("/whatever"), Frame.error("/whatever"));
            stillLinked(domain);

            assertThat(local.ask(Frame.read("/nul"))).isEqualTo(Frame.noent("/nul"));
            assertThat(local.ask(Frame.read("/name"))).isEqualTo(Frame.value("/name", "work"));
        }
    }

    @Test
    void nextDomainWaitsUntilTheFirstHasGone() throws IOException {
        RawClient first = dom0.syncedDomain();
        try (RawClient second = dom0.domain()) {
            second.send(LinkedDaemon.DUMP);
            stillLinked(first);
            first.close();

            second.expect(
                    Frame.entry("/qubes-vm-type", "AppVM"),
                    Frame.entry("/probe", "x"),
                    Frame.entry("/name", "work"),
                    Frame.entry("/e", ""),
                    Frame.entry("/d/b", "B"),
                    Frame.entry("/d/a", "A"),
                    LinkedDaemon.END);
        }
    }

    @Test
    void contentStaysWhenTheDomainGoesAndTheNextHasIt() throws IOException {
        for (int i = 0; i < 20; i++) {
            dom0.syncedDomain().close();
            dom0.until(LinkState.WAITING);
            assertThat(local.ask(Frame.read("/name"))).isEqualTo(Frame.value("/name", "work"));
        }
    }

    @Test
    void linkSocketIsForTheOwner() throws IOException {
        assertThat(Files.getPosixFilePermissions(folder.resolve("vchan"))).hasSize(3);
        assertThat(Files.getPosixFilePermissions(folder.resolve("vchan/vchan.0.7.111.sock")))
                .hasSize(2);
    }
}
