package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/** Nothing is left of clients and daemons that were closed. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LeakTest {
    private static final int CYCLES = 1000;
    private static final QubesDbPath KEY = new QubesDbPath("/key");

    @TempDir
    private Path folder;

    private QubesDbOptions options() {
        return QubesDbOptions.of(new QubesDbSockets(folder));
    }

    /** Threads of this library that run. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && thread.getName().startsWith("qubesdb"))
                .map(Thread::getName)
                .toList();
    }

    /** How many descriptors of each kind are open that a selector, a channel or a lock file may have. */
    private Map<String, Integer> descriptors() throws IOException {
        Map<String, Integer> kinds = new TreeMap<>();
        List<Path> links = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            all.forEach(links::add);
        }
        for (Path link : links) {
            String target =
                    Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
            String kind = target.replaceAll("\\[\\d+\\]$", "");
            if (kind.startsWith("socket:") || kind.startsWith("anon_inode:") || kind.startsWith(folder.toString())) {
                kinds.merge(kind, 1, Integer::sum);
            }
        }
        return kinds;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    private void useClient() throws Exception {
        try (QubesDb db = QubesDbClient.of("work", options())) {
            db.watch(KEY, new Recorder());
            db.watch(List.of(KEY));
            db.write(KEY, "value");
            db.refresh();
            assertThat(db.read(KEY)).isPresent();
        }
    }

    @Test
    void aThousandClientsLeaveNothing() throws Exception {
        try (QubesDbDaemon daemon = QubesDbDaemon.start(folder, "work", DaemonOptions.DEFAULT)) {
            useClient();
            Waiting.until("the first threads end", () -> threads().equals(List.of("qubesdb-daemon")));
            List<Path> files = files();
            Map<String, Integer> descriptors = descriptors();

            for (int i = 0; i < CYCLES; i++) {
                useClient();
            }

            Waiting.until("the threads end", () -> threads().equals(List.of("qubesdb-daemon")));
            Waiting.until("the daemon closes its side", () -> sameDescriptors(descriptors));
            assertThat(files()).isEqualTo(files);
        }
    }

    private boolean sameDescriptors(Map<String, Integer> expected) {
        try {
            return descriptors().equals(expected);
        } catch (IOException e) {
            return false; // one of them was closed while it was looked at
        }
    }

    @Test
    void clientsThatFindNoDaemonLeaveNothing() throws Exception {
        Map<String, Integer> descriptors = descriptors();
        for (int i = 0; i < CYCLES; i++) {
            try (QubesDb db = QubesDbClient.of("work", options())) {
                db.read(KEY);
            } catch (QubesDbDisconnectedException e) {
                assertThat(e).hasMessageContaining("No such file");
            }
        }

        assertThat(threads()).isEmpty();
        assertThat(descriptors()).isEqualTo(descriptors);
        assertThat(files()).isEmpty();
    }

    @Test
    void aThousandDaemonsLeaveNothing() throws Exception {
        Map<String, Integer> descriptors = descriptors();
        for (int i = 0; i < CYCLES; i++) {
            try (QubesDbDaemon daemon = QubesDbDaemon.start(folder, "work", DaemonOptions.DEFAULT);
                    QubesDb db = QubesDbClient.of("work", options())) {
                db.write(KEY, "value");
            }
        }

        assertThat(threads()).isEmpty();
        assertThat(descriptors()).isEqualTo(descriptors);
        assertThat(files()).isEmpty();
    }
}
