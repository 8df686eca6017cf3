package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.qubesdb.MessageType;

/** What the commands answer, in whatever pieces they come. */
final class CommandsTest {
    @TempDir
    Path folder;

    private TestDaemon daemon;
    private RawClient client;

    @BeforeEach
    void start() throws Exception {
        daemon = TestDaemon.start(folder);
        client = daemon.client();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        daemon.close();
    }

    private void have(String... paths) throws IOException {
        for (String path : paths) {
            assertThat(client.ask(Frame.write(path, "v" + path))).isEqualTo(Frame.ok(path));
        }
    }

    private List<String> paths(MessageType type, String prefix) throws IOException {
        return client.askList(Frame.of(type, prefix)).stream().map(Frame::path).toList();
    }

    @Test
    void valueIsReadAsItWasWritten() throws IOException {
        StringBuilder bytes = new StringBuilder();
        for (char c = 1; c <= 0xff; c++) {
            bytes.append(c);
        }
        String value = bytes.toString().repeat(12) + "x".repeat(11);
        assertThat(value).hasSize(3071);
        client.ask(Frame.write("/binary", value));

        assertThat(client.ask(Frame.read("/binary"))).isEqualTo(Frame.value("/binary", value));
    }

    @Test
    void emptyValueIsNotAMissingKey() throws IOException {
        client.ask(Frame.write("/e", ""));

        assertThat(client.ask(Frame.read("/e"))).isEqualTo(Frame.value("/e", ""));
        assertThat(client.ask(Frame.read("/f"))).isEqualTo(Frame.noent("/f"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/", "/", "", "a", "//a", "/A", "/a/b/.."})
    void readIsExact(String path) throws IOException {
        have("/a", "/a/b");

        assertThat(client.ask(Frame.read(path))).isEqualTo(Frame.noent(path));
    }

    @Test
    void listIsInTheOrderOfBytes() throws IOException {
        have("/o/b0", "/o/b", "/o/b/c", "/o/b.c", "/o/b-c", "/o/ba", "/o/bZ", "/o/b_", "/o/b:", "/o/b@");

        assertThat(paths(MessageType.LIST, "/o/"))
                .containsExactly(
                        "/o/b", "/o/b-c", "/o/b.c", "/o/b/c", "/o/b0", "/o/b:", "/o/b@", "/o/bZ", "/o/b_", "/o/ba", "");
    }

    @Test
    void listIsOfAPrefix() throws IOException {
        have("/a/sd", "/a/sda/x", "/b");

        assertThat(paths(MessageType.LIST, "/a/sd")).containsExactly("/a/sd", "/a/sda/x", "");
        assertThat(paths(MessageType.LIST, "")).containsExactly("/a/sd", "/a/sda/x", "/b", "");
        assertThat(paths(MessageType.LIST, "/c")).containsExactly("");
        assertThat(paths(MessageType.LIST, "a")).containsExactly("");
    }

    @Test
    void multireadOfEverythingDescends() throws IOException {
        have("/a", "/b", "/c");

        assertThat(client.askList(Frame.of(MessageType.MULTIREAD, "")))
                .containsExactly(
                        Frame.entry("/c", "v/c"),
                        Frame.entry("/b", "v/b"),
                        Frame.entry("/a", "v/a"),
                        Frame.entry("", ""));
        assertThat(paths(MessageType.MULTIREAD, "/")).containsExactly("/a", "/b", "/c", "");
    }

    @Test
    void listLongerThanWhatIsQueuedIsComplete() throws IOException {
        String value = "x".repeat(3000);
        List<Frame> entries = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String path = String.format("/k%03d", i);
            assertThat(client.ask(Frame.write(path, value))).isEqualTo(Frame.ok(path));
            entries.add(Frame.entry(path, value));
        }
        client.send(Frame.of(MessageType.MULTIREAD, "/"), Frame.read("/k001"), Frame.of(MessageType.MULTIREAD, ""));

        entries.add(Frame.entry("", ""));
        assertThat(client.receive(501)).isEqualTo(entries);
        client.expect(Frame.value("/k001", value));
        List<Frame> dump = client.receive(501);
        assertThat(dump.subList(0, 500))
                .isSortedAccordingTo(Comparator.comparing(Frame::path).reversed())
                .containsExactlyInAnyOrderElementsOf(entries.subList(0, 500));
        client.expectAlive();
    }

    @Test
    void removingADirectoryLeavesTheKeyOfItsName() throws IOException {
        have("/d", "/d/a", "/d/b/c", "/d0");

        assertThat(client.ask(Frame.of(MessageType.REMOVE, "/d/"))).isEqualTo(Frame.ok("/d/"));
        assertThat(client.ask(Frame.of(MessageType.REMOVE, "/d/"))).isEqualTo(Frame.noent("/d/"));
        assertThat(paths(MessageType.LIST, "")).containsExactly("/d", "/d0", "");
    }

    @Test
    void removingAKeyLeavesWhatIsBelow() throws IOException {
        have("/d", "/d/a");

        assertThat(client.ask(Frame.of(MessageType.REMOVE, "/d"))).isEqualTo(Frame.ok("/d"));
        assertThat(client.ask(Frame.of(MessageType.REMOVE, "/d"))).isEqualTo(Frame.noent("/d"));
        assertThat(paths(MessageType.LIST, "")).containsExactly("/d/a", "");
    }

    @Test
    void removingTheRootRemovesEverything() throws IOException {
        have("/d", "/d/a", "/z");

        assertThat(client.ask(Frame.of(MessageType.REMOVE, "/"))).isEqualTo(Frame.ok("/"));
        assertThat(paths(MessageType.LIST, "")).containsExactly("");
        assertThat(client.ask(Frame.of(MessageType.REMOVE, "/"))).isEqualTo(Frame.noent("/"));
        have("/again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a/"})
    void removingWhatCannotBeFindsNothing(String path) throws IOException {
        have("/a");

        assertThat(client.ask(Frame.of(MessageType.REMOVE, path))).isEqualTo(Frame.noent(path));
    }

    @Test
    void requestsMayComeByteByByte() throws IOException {
        for (byte b : Frame.write("/slow", "value").bytes()) {
            client.send(new byte[] {b});
        }

        client.expect(Frame.ok("/slow"));
        assertThat(client.ask(Frame.read("/slow"))).isEqualTo(Frame.value("/slow", "value"));
    }

    @Test
    void requestsMayBeCutAnywhere() throws IOException {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            String value = "v".repeat(random.nextInt(3072));
            byte[] bytes = Frame.bytes(
                    Frame.write("/cut", value),
                    Frame.write("/cut", "w".repeat(4000)),
                    Frame.read("/cut"),
                    Frame.of(MessageType.LIST, "/c", "data"));
            int sent = 0;
            while (sent < bytes.length) {
                int next = Math.min(bytes.length, sent + 1 + random.nextInt(1 + random.nextInt(4000)));
                client.send(Arrays.copyOfRange(bytes, sent, next));
                sent = next;
            }

            assertThat(client.receive(4))
                    .as("seed %d", seed)
                    .containsExactly(
                            Frame.ok("/cut"), Frame.error("/cut"), Frame.value("/cut", value), Frame.error("/c"));
        }
    }

    @Test
    void requestsInFlightAreAnsweredInOrder() throws IOException {
        for (int i = 0; i < 300; i++) {
            client.send(Frame.write("/k" + i, "v" + i), Frame.read("/k" + i));
        }

        for (int i = 0; i < 300; i++) {
            client.expect(Frame.ok("/k" + i), Frame.value("/k" + i, "v" + i));
        }
    }
}
