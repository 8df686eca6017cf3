package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whom a change concerns, also against a look at each registration. */
final class WatchTableTest {
    private final WatchTable<String> table = new WatchTable<>();

    @Test
    void keysAndDirectoriesAreConcerned() {
        table.add("a", "/x");
        table.add("a", "/");
        table.add("b", "/x/");
        table.add("b", "/x/");

        assertThat(table.concerned("/x")).isEqualTo(Map.of("a", 2));
        assertThat(table.concerned("/x/y")).isEqualTo(Map.of("a", 1, "b", 2));
        assertThat(table.concerned("/x/")).isEqualTo(Map.of("a", 1, "b", 2));
        assertThat(table.concerned("/xx")).isEqualTo(Map.of("a", 1));
    }

    @Test
    void oneWhoHasGoneIsForgotten() {
        table.add("a", "/x");
        table.add("a", "/y");
        table.add("b", "/x");
        table.removeAll("a");
        table.removeAll("a");

        assertThat(table.concerned("/x")).isEqualTo(Map.of("b", 1));
        assertThat(table.concerned("/y")).isEmpty();
        assertThat(table.remove("a", "/x")).isFalse();
    }

    @Test
    void sameAsALookAtEachRegistration() {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        List<String> paths = List.of("/", "/a", "/a/", "/a/b", "/a/b/", "//", "//a", "", "a", "a/", "/ab");
        List<String> clients = List.of("x", "y", "z");
        Map<String, Integer> plain = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String client = clients.get(random.nextInt(3));
            String path = paths.get(random.nextInt(paths.size()));
            String both = client + path;
            if (random.nextBoolean()) {
                table.add(client, path);
                plain.merge(both, 1, Integer::sum);
            } else {
                assertThat(table.remove(client, path)).as("seed %d", seed).isEqualTo(plain.containsKey(both));
                plain.computeIfPresent(both, (same, times) -> times == 1 ? null : times - 1);
            }
            String changed = "/" + paths.get(random.nextInt(paths.size()));
            Map<String, Integer> expected = new HashMap<>();
            plain.forEach((key, times) -> {
                String watch = key.substring(1);
                if (watch.endsWith("/") ? changed.startsWith(watch) : changed.equals(watch)) {
                    expected.merge(key.substring(0, 1), times, Integer::sum);
                }
            });
            assertThat(table.concerned(changed))
                    .as("seed %d: %s", seed, changed)
                    .isEqualTo(expected);
        }
    }
}
