package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.qubestools.qubesdb.Bytes.event;
import static org.qubestools.qubesdb.Bytes.header;
import static org.qubestools.qubesdb.Bytes.join;
import static org.qubestools.qubesdb.Bytes.message;
import static org.qubestools.qubesdb.MessageType.ERROR;
import static org.qubestools.qubesdb.MessageType.LIST_REPLY;
import static org.qubestools.qubesdb.MessageType.MULTIREAD_REPLY;
import static org.qubestools.qubesdb.MessageType.NOENT;
import static org.qubestools.qubesdb.MessageType.OK;
import static org.qubestools.qubesdb.MessageType.READ_REPLY;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A daemon that sends what is no answer: the command fails, the connection ends, and the next command has a new one. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileDaemonTest {
    private static final QubesDbPath KEY = new QubesDbPath("/key");
    private static final QubesDbPath DIRECTORY = new QubesDbPath("/d/");
    private static final int MANY_WATCHES = 10_000;

    @TempDir
    private Path folder;

    /** A command of the client, with the path it sends. */
    private enum Command {
        READ("/key"),
        WRITE("/key"),
        REMOVE("/key"),
        REMOVE_DIRECTORY("/d/"),
        LIST("/d/"),
        LIST_ALL(""),
        MULTIREAD("/d/"),
        MULTIREAD_ALL(""),
        WATCH("/key");

        private final String path;

        Command(String path) {
            this.path = path;
        }

        Set<MessageType> answers() {
            return switch (this) {
                case READ -> Set.of(READ_REPLY, NOENT, ERROR);
                case WRITE, WATCH -> Set.of(OK, ERROR);
                case REMOVE, REMOVE_DIRECTORY -> Set.of(OK, NOENT, ERROR);
                case LIST, LIST_ALL -> Set.of(LIST_REPLY, ERROR);
                case MULTIREAD, MULTIREAD_ALL -> Set.of(MULTIREAD_REPLY, ERROR);
            };
        }

        Object run(QubesDb db) throws QubesDbException, InterruptedException {
            return switch (this) {
                case READ -> db.read(KEY);
                case WRITE -> {
                    db.write(KEY, "value");
                    yield "written";
                }
                case REMOVE -> db.remove(KEY);
                case REMOVE_DIRECTORY -> db.removeDirectory(DIRECTORY);
                case LIST -> db.listDirectory(DIRECTORY);
                case LIST_ALL -> db.listPrefix("");
                case MULTIREAD -> db.readDirectory(DIRECTORY);
                case MULTIREAD_ALL -> db.readAll();
                case WATCH -> db.watch(KEY, new Recorder());
            };
        }
    }

    static Stream<Arguments> wrongTypes() {
        List<Arguments> rows = new ArrayList<>();
        for (Command command : Command.values()) {
            for (int type : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 127, 128, 255}) {
                boolean good = command.answers().stream().anyMatch(answer -> answer.number() == type);
                if (!good) {
                    rows.add(arguments(command, type));
                }
            }
        }
        return rows.stream();
    }

    @ParameterizedTest(name = "{0} is not answered by type {1}")
    @MethodSource("wrongTypes")
    void aTypeThatIsNoAnswerBreaksTheConnection(Command command, int type) throws Exception {
        assertBreaks(command, message(type, command.path, ""));
    }

    static Stream<Arguments> nonsense() {
        List<Arguments> rows = new ArrayList<>();
        rows.addAll(tooMuchData());
        rows.addAll(wrongPaths());
        rows.addAll(badLists());
        return rows.stream();
    }

    private static List<Arguments> tooMuchData() {
        byte[] entry = message(LIST_REPLY, "/d/a");
        return List.of(
                arguments("a value of ffffffff bytes", Command.READ, header(10, "/key", -1)),
                arguments("a value of 7fffffff bytes", Command.READ, header(10, "/key", Integer.MAX_VALUE)),
                arguments("a value of 3072 bytes", Command.READ, message(10, "/key", "v".repeat(3072))),
                arguments("a listed value of ffffffff bytes", Command.MULTIREAD, header(11, "/d/a", -1)),
                arguments("a listed value of 3072 bytes", Command.MULTIREAD, header(11, "/d/a", 3072)),
                arguments("OK with data", Command.WRITE, message(OK, "/key", "x")),
                arguments("OK with ffffffff bytes", Command.WRITE, header(7, "/key", -1)),
                arguments("NOENT with data", Command.READ, message(NOENT, "/key", "x")),
                arguments("ERROR with data", Command.READ, message(ERROR, "/key", "x")),
                arguments("an entry with data", Command.LIST, message(LIST_REPLY, "/d/a", "x")),
                arguments("the end of a list with data", Command.LIST, join(entry, message(LIST_REPLY, "", "x"))),
                arguments("the end of values with data", Command.MULTIREAD, message(MULTIREAD_REPLY, "", "x")),
                arguments("an event with data", Command.READ, message(MessageType.EVENT, "/key", "x")),
                arguments("NUL in a value", Command.READ, message(READ_REPLY, "/key", "a\0b")),
                arguments("NUL in a listed value", Command.MULTIREAD, message(MULTIREAD_REPLY, "/d/a", "\0")));
    }

    private static List<Arguments> wrongPaths() {
        String endless = "/" + "p".repeat(63);
        return List.of(
                arguments("a path without NUL", Command.READ, message(READ_REPLY, endless, "")),
                arguments("an entry without NUL", Command.LIST_ALL, message(LIST_REPLY, endless)),
                arguments("an event without NUL", Command.READ, event(endless)),
                arguments("a value of another key", Command.READ, message(READ_REPLY, "/other", "x")),
                arguments("a value of a longer key", Command.READ, message(READ_REPLY, "/key2", "x")),
                arguments("a value of no key", Command.READ, message(READ_REPLY, "", "x")),
                arguments("NOENT of another key", Command.READ, message(NOENT, "/other")),
                arguments("ERROR of another key", Command.READ, message(ERROR, "/other")),
                arguments("OK of another key", Command.WRITE, message(OK, "/other")),
                arguments("OK of another removal", Command.REMOVE, message(OK, "/key/")),
                arguments("OK of another watch", Command.WATCH, message(OK, "/key/")),
                arguments("ERROR of another list", Command.LIST, message(ERROR, "/d")),
                arguments("an event of no path", Command.READ, event("")),
                arguments("an event of a relative path", Command.READ, event("key")),
                arguments("an event with a control character", Command.READ, event("/\u001b[2J")),
                arguments("an event with a byte above 7f", Command.READ, event("/\u00e4")));
    }

    private static List<Arguments> badLists() {
        byte[] a = message(LIST_REPLY, "/d/a");
        byte[] b = message(LIST_REPLY, "/d/b");
        return List.of(
                arguments("an entry outside the directory", Command.LIST, message(LIST_REPLY, "/e/a")),
                arguments("an entry beside the directory", Command.LIST, message(LIST_REPLY, "/d")),
                arguments("the directory itself", Command.LIST, message(LIST_REPLY, "/d/")),
                arguments("a value outside", Command.MULTIREAD, message(MULTIREAD_REPLY, "/e/a", "x")),
                arguments("a relative entry", Command.LIST_ALL, message(LIST_REPLY, "d/a")),
                arguments("a directory as an entry", Command.LIST_ALL, message(LIST_REPLY, "/d/a/")),
                arguments("an entry with a space", Command.LIST, message(LIST_REPLY, "/d/a b")),
                arguments("an entry with an escape", Command.LIST_ALL, message(LIST_REPLY, "/d/\u001b[2J")),
                arguments("a list that goes back", Command.LIST, join(b, a)),
                arguments("an entry twice", Command.LIST, join(a, a)),
                arguments("values that go back", Command.MULTIREAD, values("/d/b", "/d/a")),
                arguments("a value twice", Command.MULTIREAD, values("/d/a", "/d/a")),
                arguments("all values ascending", Command.MULTIREAD_ALL, values("/a", "/b")),
                arguments("all values with one twice", Command.MULTIREAD_ALL, values("/a", "/a")),
                arguments("ERROR within a list", Command.LIST, join(a, message(ERROR, "/d/"))),
                arguments("ERROR within values", Command.MULTIREAD, join(values("/d/a"), message(ERROR, "/d/"))),
                arguments("a value within a list", Command.LIST, join(a, values("/d/b"))),
                arguments("an entry within values", Command.MULTIREAD, join(values("/d/a"), b)),
                arguments("OK within a list", Command.LIST, join(a, message(OK, "/d/"))));
    }

    private static byte[] values(String... keys) {
        return join(
                Stream.of(keys).map(key -> message(MULTIREAD_REPLY, key, "x")).toList());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nonsense")
    void nonsenseBreaksTheConnection(String what, Command command, byte[] answer) throws Exception {
        assertThat(what).isNotEmpty();
        assertBreaks(command, answer);
    }

    /** The nonsense fails the command; the client hangs up; it is not sent again; the next one is answered anew. */
    private void assertBreaks(Command command, byte[] answer) throws Exception {
        CountDownLatch hungUp = new CountDownLatch(1);
        ScriptedDaemon.Script nonsense = peer -> {
            peer.request();
            peer.send(answer);
            peer.sayNothing();
            hungUp.countDown();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, nonsense, ScriptedDaemon.Peer::answerAll);
                QubesDb db = daemon.client(daemon.options().repeating(true, true))) {
            assertThatThrownBy(() -> command.run(db)).isInstanceOf(QubesDbProtocolException.class);

            hungUp.await();
            assertThat(daemon.connections()).isEqualTo(1);
            assertThat(db.read(KEY).orElseThrow().untrustedText()).isEqualTo("/key");
            assertThat(daemon.connections()).isEqualTo(2);
        }
    }

    @Test
    void messagesShowNothingThatATerminalObeys() throws Exception {
        ScriptedDaemon.Script escape = peer -> {
            peer.request();
            peer.send(message(READ_REPLY, "/\u001b[2J\u009b", "x"));
            peer.sayNothing();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, escape);
                QubesDb db = daemon.strictClient()) {
            assertThatThrownBy(() -> db.read(KEY)).hasMessageContaining("/\\x1b[2J\\x9b");
        }
    }

    @Test
    void aReplyThatNobodyAskedForBreaksTheConnection() throws Exception {
        CountDownLatch hungUp = new CountDownLatch(1);
        ScriptedDaemon.Script unasked = peer -> {
            peer.send(join(ScriptedDaemon.goodAnswer(peer.request()), message(OK, "/key")));
            peer.sayNothing();
            hungUp.countDown();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, unasked, ScriptedDaemon.Peer::answerAll);
                QubesDb db = daemon.strictClient()) {
            assertThat(db.read(KEY)).isPresent();

            hungUp.await();
            assertThat(db.read(KEY)).isPresent();
            assertThat(daemon.connections()).isEqualTo(2);
        }
    }

    // ---- lists without end

    @Test
    void aListOf100000EntriesIsTakenAndOneMoreIsNot() throws Exception {
        ScriptedDaemon.Script lists = peer -> {
            for (int entries : new int[] {100_000, 100_001}) {
                peer.request();
                List<byte[]> list = new ArrayList<>();
                for (int i = 0; i < entries; i++) {
                    list.add(message(LIST_REPLY, String.format("/d/%06d", i)));
                }
                peer.send(join(list), message(LIST_REPLY, ""));
            }
            peer.sayNothing();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, lists);
                QubesDb db = patient(daemon)) {
            assertThat(db.listDirectory(DIRECTORY)).hasSize(100_000);
            assertThatThrownBy(() -> db.listDirectory(DIRECTORY))
                    .isInstanceOf(QubesDbProtocolException.class)
                    .hasMessageContaining("100000 entries");
        }
    }

    @Test
    void valuesOfMoreThan64MiBAreNotTaken() throws Exception {
        ScriptedDaemon.Script values = peer -> {
            peer.request();
            String value = "v".repeat(3071);
            for (int i = 0; i < 100_000; i++) {
                peer.send(message(MULTIREAD_REPLY, String.format("/d/%06d", i), value));
            }
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, values);
                QubesDb db = patient(daemon)) {
            assertThatThrownBy(() -> db.readDirectory(DIRECTORY))
                    .isInstanceOf(QubesDbProtocolException.class)
                    .hasMessageContaining("67108864 bytes");
        }
    }

    private static QubesDb patient(ScriptedDaemon daemon) {
        Duration limit = Duration.ofMinutes(2);
        return daemon.client(daemon.options().withTimeouts(limit, limit));
    }

    @Test
    void eventsWithoutEndKeepNobodyFromEnding() throws Exception {
        ScriptedDaemon.Script flood = peer -> {
            byte[] events = join(Collections.nCopies(4096, event("/key")));
            while (true) {
                peer.send(events);
            }
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, flood)) {
            Duration limit = Duration.ofMillis(50);
            try (QubesDb db = daemon.client(daemon.options().withTimeouts(limit, limit))) {
                assertThatThrownBy(() -> db.read(KEY)).isInstanceOf(QubesDbTimeoutException.class);
                assertThatThrownBy(() -> db.write(KEY, "x")).isInstanceOf(QubesDbTimeoutException.class);
            }
        }
    }

    /** Here the reader is slower than the daemon: whenever it has read as much as it can, there is as much again. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void eventsThatComeFasterThanTheyAreReadKeepNobodyFromEnding() throws Exception {
        ScriptedDaemon.Script flood = peer -> {
            peer.enlargeBuffer(); // else the system wakes the sender too late for that
            for (int i = 0; i < MANY_WATCHES; i++) {
                peer.answer(peer.request());
            }
            byte[] events = join(Collections.nCopies(4096, event("/key")));
            while (true) {
                peer.send(events);
            }
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, flood)) {
            Duration limit = Duration.ofSeconds(2);
            try (QubesDb db = daemon.client(daemon.options().withTimeouts(limit, limit))) {
                for (int i = 0; i < MANY_WATCHES; i++) {
                    db.watch(new QubesDbPath("/other/" + i), new Recorder());
                }
                assertThatThrownBy(() -> db.read(KEY)).isInstanceOf(QubesDbTimeoutException.class);
            }
        }
    }
}
