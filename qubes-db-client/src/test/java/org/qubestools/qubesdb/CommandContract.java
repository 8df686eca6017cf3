package org.qubestools.qubesdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.qubesdb.WatchStream.Changed;

/** The commands of {@link QubesDbContract}. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class CommandContract {
    static final Duration LIMIT = Duration.ofSeconds(Waiting.LIMIT_SECONDS);

    QubesDb db;

    /** Another client of the same database. */
    abstract QubesDb open() throws Exception;

    /** Runs before each test, with no client open. */
    void prepare() throws Exception {}

    @BeforeEach
    final void openEmpty() throws Exception {
        prepare();
        db = open();
        db.clear();
    }

    @AfterEach
    final void closeDb() {
        db.close();
    }

    static QubesDbPath path(String text) {
        return new QubesDbPath(text);
    }

    static List<QubesDbPath> paths(String... texts) {
        return Arrays.stream(texts).map(QubesDbPath::new).toList();
    }

    final void writeAll(String... keys) throws Exception {
        for (String key : keys) {
            db.write(path(key), "value of " + key);
        }
    }

    // ---- values

    static Stream<byte[]> valuesOfBorderSizes() {
        return Stream.of(0, 1, 2, 3070, 3071).map(size -> {
            byte[] value = new byte[size];
            Arrays.fill(value, (byte) 'v');
            return value;
        });
    }

    @ParameterizedTest
    @MethodSource("valuesOfBorderSizes")
    void aValueIsReadAsItWasWritten(byte[] value) throws Exception {
        db.write(path("/key"), value);

        assertThat(db.read(path("/key")).orElseThrow().untrustedBytes()).isEqualTo(value);
    }

    @Test
    void everyByteButNulStandsInAValue() throws Exception {
        byte[] value = new byte[255];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) (i + 1);
        }

        db.write(path("/key"), value);

        assertThat(db.read(path("/key")).orElseThrow().untrustedBytes()).isEqualTo(value);
    }

    @Test
    void aValueOf3072BytesIsRefusedByTheLimitAndItsSize() throws Exception {
        assertThatExceptionOfType(QubesDbArgumentException.class)
                .isThrownBy(() -> db.write(path("/key"), "v".repeat(3072)))
                .withMessageContaining("3071")
                .withMessageContaining("3072");
        assertThat(db.read(path("/key"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9})
    void aValueWithNulIsRefused(int at) throws Exception {
        byte[] value = "0123456789".getBytes(US_ASCII);
        value[at] = 0;

        assertThatThrownBy(() -> db.write(path("/key"), value)).isInstanceOf(QubesDbArgumentException.class);
        assertThat(db.read(path("/key"))).isEmpty();
    }

    @Test
    void aStringIsWrittenAsUtf8() throws Exception {
        db.write(path("/key"), "Größe");

        assertThat(db.read(path("/key")).orElseThrow().untrustedText()).isEqualTo("Größe");
        assertThat(db.read(path("/key")).orElseThrow().length()).isEqualTo(7);
    }

    @Test
    void aWriteReplacesTheValue() throws Exception {
        db.write(path("/key"), "a longer value");
        db.write(path("/key"), "short");

        assertThat(db.read(path("/key")).orElseThrow().untrustedText()).isEqualTo("short");
    }

    @Test
    void theArrayWrittenStaysTheCallers() throws Exception {
        byte[] value = {'a'};
        db.write(path("/key"), value);
        value[0] = 'b';
        db.read(path("/key")).orElseThrow().untrustedBytes()[0] = 'c';

        assertThat(db.read(path("/key")).orElseThrow().untrustedText()).isEqualTo("a");
    }

    @Test
    void aMissingKeyIsEmptyAndAnEmptyValueIsNot() throws Exception {
        db.write(path("/empty"), "");

        assertThat(db.read(path("/missing"))).isEqualTo(Optional.empty());
        assertThat(db.read(path("/empty")).orElseThrow().length()).isZero();
    }

    @Test
    void anotherClientSeesWhatWasWrittenAtOnce() throws Exception {
        try (QubesDb other = open()) {
            db.write(path("/key"), "value");

            assertThat(other.read(path("/key")).orElseThrow().untrustedText()).isEqualTo("value");
        }
    }

    // ---- paths

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a",
                "/-",
                "//a",
                "/a//b",
                "/..",
                "/./x",
                "/Az09-_/.:@",
                "/3456789012345678901234567890123456789012345678901234567890123"
            })
    void everyValidPathIsAKeyOfItsOwn(String key) throws Exception {
        db.write(path(key), "value");

        assertThat(db.read(path(key)).orElseThrow().untrustedText()).isEqualTo("value");
        assertThat(db.listPrefix("")).containsExactly(path(key));
        assertThat(db.remove(path(key))).isTrue();
    }

    @Test
    void caseOfAPathMatters() throws Exception {
        writeAll("/a");

        assertThat(db.read(path("/A"))).isEmpty();
    }

    @Test
    void aDirectoryIsNoKey() {
        assertThatThrownBy(() -> db.read(path("/d/"))).isInstanceOf(QubesDbArgumentException.class);
        assertThatThrownBy(() -> db.readEach(paths("/a", "/d/"))).isInstanceOf(QubesDbArgumentException.class);
        assertThatThrownBy(() -> db.write(path("/d/"), "")).isInstanceOf(QubesDbArgumentException.class);
        assertThatThrownBy(() -> db.remove(path("/d/"))).isInstanceOf(QubesDbArgumentException.class);
        assertThatThrownBy(() -> db.read(QubesDbPath.ROOT)).isInstanceOf(QubesDbArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"relative", "/a b", "/\u00e4", "/a\u0000", "/a%"})
    void aPrefixThatIsNoPathIsRefused(String prefix) {
        assertThatThrownBy(() -> db.listPrefix(prefix)).isInstanceOf(QubesDbArgumentException.class);
    }

    @Test
    void aPrefixOf64CharactersIsRefused() {
        assertThatExceptionOfType(QubesDbArgumentException.class)
                .isThrownBy(() -> db.listPrefix("/" + "p".repeat(63)))
                .withMessageContaining("63")
                .withMessageContaining("64");
    }

    // ---- lists

    @Test
    void aDirectoryHasWhatIsBelowItAtAnyDepthAndNotItsNeighbours() throws Exception {
        writeAll("/d", "/d/a", "/d/b/c", "/d2", "/d2/a", "/e");

        assertThat(db.listDirectory(path("/d"))).isEqualTo(paths("/d/a", "/d/b/c"));
        assertThat(db.listDirectory(path("/d/"))).isEqualTo(paths("/d/a", "/d/b/c"));
        assertThat(db.readDirectory(path("/d")).keySet()).containsExactlyElementsOf(paths("/d/a", "/d/b/c"));
    }

    @Test
    void aPrefixIsAPrefixOfText() throws Exception {
        writeAll("/d", "/d/a", "/d2", "/d2/a", "/e");

        assertThat(db.listPrefix("/d")).isEqualTo(paths("/d", "/d/a", "/d2", "/d2/a"));
        assertThat(db.listPrefix("/d/a")).isEqualTo(paths("/d/a"));
    }

    @Test
    void listsAreInTheOrderOfTheBytes() throws Exception {
        String[] ordered = {
            "/o/b", "/o/b-c", "/o/b.c", "/o/b/c", "/o/b0", "/o/b:", "/o/b@", "/o/bA", "/o/bZ", "/o/b_", "/o/ba", "/o/bz"
        };
        List<String> reversed = Arrays.asList(ordered.clone());
        Collections.reverse(reversed);
        writeAll(reversed.toArray(String[]::new));

        assertThat(db.listPrefix("")).isEqualTo(paths(ordered));
        assertThat(db.listDirectory(path("/o"))).isEqualTo(paths(ordered));
        assertThat(db.readDirectory(path("/o")).keySet()).containsExactlyElementsOf(paths(ordered));
        assertThat(db.readAll().keySet()).containsExactlyElementsOf(paths(ordered));
    }

    @Test
    void nothingBelowADirectoryIsAnEmptyList() throws Exception {
        writeAll("/d");

        assertThat(db.listDirectory(path("/d"))).isEmpty();
        assertThat(db.readDirectory(path("/d"))).isEmpty();
        assertThat(db.listPrefix("/x")).isEmpty();
    }

    @Test
    void anEmptyDatabaseIsAnEmptyList() throws Exception {
        assertThat(db.readAll()).isEmpty();
        assertThat(db.listPrefix("")).isEmpty();
        assertThat(db.listDirectory(QubesDbPath.ROOT)).isEmpty();
    }

    @Test
    void theRootHasEverything() throws Exception {
        writeAll("/a", "/b/c");

        assertThat(db.listDirectory(QubesDbPath.ROOT)).isEqualTo(paths("/a", "/b/c"));
        assertThat(db.readDirectory(QubesDbPath.ROOT)).isEqualTo(db.readAll()).hasSize(2);
    }

    @Test
    void valuesOfADirectoryAreWhatWasWritten() throws Exception {
        db.write(path("/d/empty"), "");
        db.write(path("/d/long"), "v".repeat(3071));

        assertThat(db.readDirectory(path("/d")).get(path("/d/empty")).length()).isZero();
        assertThat(db.readAll().get(path("/d/long")).untrustedText()).isEqualTo("v".repeat(3071));
    }

    @Test
    void severalKeysAreReadInTheOrderAskedForWithoutTheMissing() throws Exception {
        writeAll("/a", "/b", "/c");

        var values = db.readEach(paths("/c", "/missing", "/a"));

        assertThat(values.keySet()).containsExactlyElementsOf(paths("/c", "/a"));
        assertThat(values.get(path("/a")).untrustedText()).isEqualTo("value of /a");
        assertThat(db.readEach(List.of())).isEmpty();
    }

    @Test
    void thousandKeysAreListedAndRead() throws Exception {
        for (int i = 0; i < 1000; i++) {
            db.write(path(String.format("/many/%04d", i)), "value " + i);
        }

        List<QubesDbPath> keys = db.listDirectory(path("/many"));

        assertThat(keys).hasSize(1000).isSorted();
        assertThat(db.readEach(keys)).isEqualTo(db.readAll()).hasSize(1000);
    }

    @Test
    void aDirectoryWhosePathIsTooLongWithItsSlashIsRefused() {
        QubesDbPath longest = path("/" + "p".repeat(62));

        assertThatThrownBy(() -> db.listDirectory(longest)).isInstanceOf(QubesDbArgumentException.class);
        assertThatThrownBy(() -> db.readDirectory(longest)).isInstanceOf(QubesDbArgumentException.class);
        assertThatThrownBy(() -> db.removeDirectory(longest)).isInstanceOf(QubesDbArgumentException.class);
    }

    // ---- removal

    @Test
    void removingAKeyLeavesWhatIsBelow() throws Exception {
        writeAll("/d", "/d/a");

        assertThat(db.remove(path("/d"))).isTrue();

        assertThat(db.listPrefix("")).isEqualTo(paths("/d/a"));
        assertThat(db.remove(path("/d"))).isFalse();
    }

    @Test
    void removingADirectoryLeavesTheKeyOfItsNameAndItsNeighbours() throws Exception {
        writeAll("/d", "/d/a", "/d/b/c", "/d2");

        assertThat(db.removeDirectory(path("/d"))).isTrue();

        assertThat(db.listPrefix("")).isEqualTo(paths("/d", "/d2"));
        assertThat(db.removeDirectory(path("/d/"))).isFalse();
    }

    @Test
    void theRootIsNotRemovedAsADirectory() throws Exception {
        writeAll("/a");

        assertThatThrownBy(() -> db.removeDirectory(QubesDbPath.ROOT)).isInstanceOf(QubesDbArgumentException.class);
        assertThat(db.listPrefix("")).isEqualTo(paths("/a"));
    }

    @Test
    void clearRemovesEveryKey() throws Exception {
        writeAll("/a", "/d", "/d/a", "//x");

        db.clear();

        assertThat(db.readAll()).isEmpty();
    }

    // ---- after the end

    @Test
    void nothingIsDoneAfterClose() throws Exception {
        QubesDb other = open();
        other.write(path("/key"), "value");
        other.close();
        other.close();

        assertThatThrownBy(() -> other.read(path("/key"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.readEach(paths("/key"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(other::readAll).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.readDirectory(path("/d"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.listDirectory(path("/d"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.listPrefix("")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.write(path("/key"), "")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.remove(path("/key"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.removeDirectory(path("/d"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(other::clear).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.watch(path("/key"), new Recorder())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.watch(paths("/key"))).isInstanceOf(IllegalStateException.class);
        other.refresh();
    }

    @Test
    void closingEndsTheStreamsAndWatches() throws Exception {
        QubesDb other = open();
        WatchStream stream = other.watch(paths("/key"));
        Watch watch = other.watch(path("/key"), new Recorder());
        var waiting = Waiting.beside(stream::next);

        other.close();

        assertThat(waiting.get()).isEmpty();
        assertThat(stream.isClosed()).isTrue();
        watch.close();
        stream.close();
    }

    @Test
    void aDatabaseIsOfUseAfterRefresh() throws Exception {
        writeAll("/a");

        db.refresh();
        db.refresh();

        assertThat(db.listPrefix("")).isEqualTo(paths("/a"));
    }

    @Test
    void refreshTellsAWatcherToReadAgainAndTheWatchGoesOn() throws Exception {
        try (WatchStream stream = db.watch(paths("/key"))) {
            db.refresh();

            assertThat(stream.next(LIMIT)).contains(new WatchStream.Resynchronise());
            db.write(path("/key"), "value");
            assertThat(stream.next(LIMIT)).contains(new Changed(path("/key")));
        }
    }
}
