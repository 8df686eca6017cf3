package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which watch an event is for: one each, in turn. */
final class WatchRouterTest {
    private final WatchRouter router = new WatchRouter();
    private final List<String> told = new ArrayList<>();

    private Registration add(String name, String path) {
        Registration registration = new Registration(new QubesDbPath(path), new Named(name), closed -> {});
        router.add(registration);
        return registration;
    }

    /** Keeps what comes, with the name of the watch. */
    private final class Named implements WatchTarget {
        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public void changed(Registration registration, QubesDbPath untrustedPath) {
            told.add(name + " " + untrustedPath);
        }

        @Override
        public void resynchronise(List<Registration> registrations) {
            told.add(name + " notice");
        }

        @Override
        public void end() {
            told.add(name + " end");
        }
    }

    private void events(String path, int count) {
        for (int i = 0; i < count; i++) {
            router.changed(path);
        }
    }

    @Test
    void equalWatchesAreToldInTurnTheNewestFirst() {
        add("one", "/key");
        add("two", "/key");

        events("/key", 4);

        assertThat(told).containsExactly("two /key", "one /key", "two /key", "one /key");
    }

    @Test
    void overlappingWatchesAreToldInTurn() {
        add("root", "/");
        add("key", "/d/key");
        add("directory", "/d/");

        events("/d/key", 3);
        events("/x", 1);
        events("/d/other", 2);

        assertThat(told)
                .containsExactly(
                        "directory /d/key",
                        "key /d/key",
                        "root /d/key",
                        "root /x",
                        "directory /d/other",
                        "root /d/other");
    }

    @Test
    void theRemovalOfADirectoryIsForItsWatchersAndThoseAbove() {
        add("key", "/d/key");
        add("deeper", "/d/e/");
        add("directory", "/d/");
        add("root", "/");

        events("/d/", 2);

        assertThat(told).containsExactly("root /d/", "directory /d/");
    }

    @Test
    void anEventThatIsMissingIsMadeUpForBeforeTheNextPath() {
        add("one", "/");
        add("two", "/");

        events("/a", 1);
        events("/b", 2);

        assertThat(told).containsExactly("two /a", "one /a", "two /b", "one /b");
    }

    @Test
    void anEventForNobodyIsNotTold() {
        events("/a", 1);
        add("one", "/key");
        events("/a", 2);

        assertThat(told).isEmpty();
    }

    @Test
    void aClosedWatchHasItsTurnUntilTheDaemonForgetsIt() {
        add("one", "/key");
        Registration closed = add("two", "/key");
        closed.close();

        events("/key", 2);
        router.remove(closed);
        events("/key", 1);

        assertThat(told).containsExactly("one /key", "one /key");
    }

    @Test
    void aWatchLeavesOnce() {
        Registration registration = add("one", "/key");

        assertThat(router.leave(registration)).isTrue();
        assertThat(router.leave(registration)).isFalse();
        router.remove(registration);
        assertThat(router.leave(registration)).isFalse();
    }

    @Test
    void aWatchThatTheDaemonDoesNotHaveDoesNotLeave() {
        Registration other = new Registration(QubesDbPath.ROOT, new Named("other"), closed -> {});

        assertThat(router.leave(other)).isFalse();
    }
}
