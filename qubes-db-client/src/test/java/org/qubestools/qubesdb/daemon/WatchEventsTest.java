package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.qubesdb.MessageType;

/** What watchers are told, when, and what becomes of those that do not listen. */
final class WatchEventsTest {
    @TempDir
    Path folder;

    private TestDaemon daemon;
    private RawClient watcher;
    private RawClient writer;

    @BeforeEach
    void start() throws Exception {
        daemon = TestDaemon.start(folder);
        watcher = daemon.client();
        writer = daemon.client();
    }

    @AfterEach
    void stop() throws IOException {
        watcher.close();
        writer.close();
        daemon.close();
    }

    private void watch(String path) throws IOException {
        assertThat(watcher.ask(Frame.of(MessageType.WATCH, path))).isEqualTo(Frame.ok(path));
    }

    private void write(String... paths) throws IOException {
        for (String path : paths) {
            assertThat(writer.ask(Frame.write(path, "x"))).isEqualTo(Frame.ok(path));
        }
    }

    private void remove(String path) throws IOException {
        assertThat(writer.ask(Frame.of(MessageType.REMOVE, path))).isEqualTo(Frame.ok(path));
    }

    @Test
    void eventsAreThereWhenTheWriterIsAnswered() throws IOException {
        watch("/a");

        for (int i = 0; i < 50; i++) {
            write("/a");

            assertThat(watcher.hasReceived()).isTrue();
            watcher.expect(Frame.event("/a"));
        }
    }

    @Test
    void watchOfAKeyIsForThatKeyOnly() throws IOException {
        watch("/a");
        write("/a/b", "/ab", "/a", "/a");

        watcher.expect(Frame.event("/a"), Frame.event("/a"));
        watcher.expectAlive();
    }

    @Test
    void watchOfADirectoryIsForAllBelow() throws IOException {
        watch("/a/");
        write("/a", "/ab", "/a/b", "/a/b/c");
        remove("/a/b");
        remove("/a/");

        watcher.expect(Frame.event("/a/b"), Frame.event("/a/b/c"), Frame.event("/a/b"), Frame.event("/a/"));
        watcher.expectAlive();
    }

    @Test
    void watchOfTheRootIsForEverything() throws IOException {
        watch("/");
        write("/a", "/b/c", "//d");
        remove("/");

        watcher.expect(Frame.event("/a"), Frame.event("/b/c"), Frame.event("//d"), Frame.event("/"));
    }

    @Test
    void removalOfADirectoryIsNoneOfWhatIsInIt() throws IOException {
        write("/d/a", "/d/e/f");
        watch("/d/a");
        watch("/d/e/");
        remove("/d/");

        watcher.expectAlive();
    }

    @Test
    void removalThatFindsNothingIsNoChange() throws IOException {
        watch("/");
        assertThat(writer.ask(Frame.of(MessageType.REMOVE, "/a"))).isEqualTo(Frame.noent("/a"));
        assertThat(writer.ask(Frame.of(MessageType.REMOVE, "/a/"))).isEqualTo(Frame.noent("/a/"));

        watcher.expectAlive();
    }

    @Test
    void writerIsAnsweredBeforeItIsToldOfItsOwnChange() throws IOException {
        watch("/a");
        watcher.send(Frame.write("/a", "1"), Frame.read("/a"));

        watcher.expect(Frame.ok("/a"), Frame.event("/a"), Frame.value("/a", "1"));
    }

    @Test
    void eachRegistrationGivesAnEvent() throws IOException {
        watch("/a/b");
        watch("/a/b");
        watch("/a/");
        watch("/");
        write("/a/b");

        assertThat(watcher.receive(4)).containsOnly(Frame.event("/a/b"));
        watcher.expectAlive();
    }

    @Test
    void unwatchTakesOneRegistrationOfItsOwnAway() throws IOException {
        watch("/a");
        watch("/a");
        assertThat(writer.ask(Frame.of(MessageType.UNWATCH, "/a"))).isEqualTo(Frame.noent("/a"));
        assertThat(watcher.ask(Frame.of(MessageType.UNWATCH, "/a"))).isEqualTo(Frame.ok("/a"));
        write("/a");

        watcher.expect(Frame.event("/a"));
        assertThat(watcher.ask(Frame.of(MessageType.UNWATCH, "/a"))).isEqualTo(Frame.ok("/a"));
        assertThat(watcher.ask(Frame.of(MessageType.UNWATCH, "/a"))).isEqualTo(Frame.noent("/a"));
        write("/a");
        watcher.expectAlive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a/"})
    void oddPathsCanBeWatchedAndNeverChange(String path) throws IOException {
        watch(path);
        write("/a", "/a/b");
        remove("/");

        watcher.expectAlive();
        assertThat(watcher.ask(Frame.of(MessageType.UNWATCH, path))).isEqualTo(Frame.ok(path));
    }

    @Test
    void tooManyWatchesAreRefused() throws IOException {
        for (int i = 0; i < ClientConnection.MOST_WATCHES; i++) {
            watcher.send(Frame.of(MessageType.WATCH, "/w"));
            watcher.expect(Frame.ok("/w"));
        }

        assertThat(watcher.ask(Frame.of(MessageType.WATCH, "/w"))).isEqualTo(Frame.error("/w"));
        assertThat(watcher.ask(Frame.of(MessageType.UNWATCH, "/w"))).isEqualTo(Frame.ok("/w"));
        watch("/w");
    }

    @Test
    void slowWatcherHasEventsInOrder() throws IOException {
        watch("/");
        List<Frame> events = new ArrayList<>();
        for (int i = 0; i < OutputQueue.MERGING; i++) {
            write("/" + i % 7);
            events.add(Frame.event("/" + i % 7));
        }

        assertThat(watcher.receive(events.size())).isEqualTo(events);
    }

    @Test
    void manyEqualEventsStandForEachOther() throws IOException {
        watch("/");
        int changes = 30_000;
        for (int i = 0; i < changes; i++) {
            write("/" + i % 2);
        }
        write("/last");
        assertThat(watcher.ask(Frame.of(MessageType.UNWATCH, "/"))).isEqualTo(Frame.event("/0"));

        List<Frame> got = new ArrayList<>(List.of(Frame.event("/0")));
        while (!got.get(got.size() - 1).equals(Frame.ok("/"))) {
            got.add(watcher.receive());
        }
        assertThat(got.size()).isBetween(OutputQueue.MERGING, changes - 1);
        for (int i = 0; i < OutputQueue.MERGING; i++) {
            assertThat(got.get(i)).as("event %d", i).isEqualTo(Frame.event("/" + i % 2));
        }
        assertThat(got.get(got.size() - 2)).isEqualTo(Frame.event("/last"));
    }

    @Test
    void watcherThatTakesNoEventsIsClosed() throws IOException {
        for (int i = 0; i < 100; i++) {
            watch("/");
        }
        for (int i = 0; i < 1500; i++) {
            write("/" + i);
        }

        assertThat(watcher.receiveToEnd().size()).isLessThan(150_000);
        assertThat(daemon.log).containsExactly("client 1 takes no events");
        write("/goes-on");
    }

    @Test
    void watchesEndWithTheConnection() throws IOException {
        watch("/");
        watcher.close();
        try (RawClient next = daemon.client()) {
            write("/a");
            next.expectAlive();
        }
    }
}
