package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qubestools.qubesdb.CommandContract.LIMIT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.qubestools.qubesdb.WatchStream.Changed;

/** The watches of {@link QubesDbContract}. A last change of {@code /end}, which is watched too, shows that no more came. */
abstract class WatchContract extends CommandContract {
    private static final String END = "/end";

    private List<String> eventsUntilEnd(WatchStream stream) throws Exception {
        db.write(path(END), "");
        List<String> events = new ArrayList<>();
        Optional<WatchStream.Event> next = stream.next(LIMIT);
        while (!next.equals(Optional.of(new Changed(path(END))))) {
            events.add(next.map(event -> event instanceof Changed changed
                            ? changed.untrustedPath().text()
                            : "notice")
                    .orElse("timeout"));
            if (next.isEmpty()) {
                break;
            }
            next = stream.next(LIMIT);
        }
        return events;
    }

    @Test
    void aWatchOfAKeyTellsOfThatKeyOnly() throws Exception {
        try (WatchStream stream = db.watch(paths("/d/key", END))) {
            writeAll("/d/key", "/d", "/d/key2", "/d/key/x");
            db.remove(path("/d/key"));

            assertThat(eventsUntilEnd(stream)).containsExactly("/d/key", "/d/key");
        }
    }

    @Test
    void aWatchOfADirectoryTellsOfEverythingBelowAndNotOfItsName() throws Exception {
        try (WatchStream stream = db.watch(paths("/d/", END))) {
            writeAll("/d", "/d2", "/d/a", "/d/b/c");

            assertThat(eventsUntilEnd(stream)).containsExactly("/d/a", "/d/b/c");
        }
    }

    @Test
    void aWatchOfTheRootTellsOfEverything() throws Exception {
        try (WatchStream stream = db.watch(List.of(QubesDbPath.ROOT))) {
            writeAll("/a", "/b/c");
            db.remove(path("/a"));

            assertThat(eventsUntilEnd(stream)).containsExactly("/a", "/b/c", "/a");
        }
    }

    @Test
    void aWatchIsNotToldOfWhatWasBefore() throws Exception {
        writeAll("/key");

        try (WatchStream stream = db.watch(paths("/key", END))) {
            assertThat(eventsUntilEnd(stream)).isEmpty();
        }
    }

    @Test
    void aWriteOfTheSameValueIsToldAgain() throws Exception {
        try (WatchStream stream = db.watch(paths("/key", END))) {
            writeAll("/key", "/key");

            assertThat(eventsUntilEnd(stream)).containsExactly("/key", "/key");
        }
    }

    @Test
    void aRemovalThatFindsNothingIsNotTold() throws Exception {
        try (WatchStream stream = db.watch(List.of(QubesDbPath.ROOT))) {
            db.remove(path("/missing"));
            db.removeDirectory(path("/missing"));

            assertThat(eventsUntilEnd(stream)).isEmpty();
        }
    }

    @Test
    void theRemovalOfADirectoryIsOneEventForItsWatchersAndNoneForTheKeysInIt() throws Exception {
        writeAll("/d/a", "/d/b/c");

        try (WatchStream directory = db.watch(paths("/d/", END));
                WatchStream key = db.watch(paths("/d/a", "/d/b/", END))) {
            db.removeDirectory(path("/d"));

            assertThat(eventsUntilEnd(directory)).containsExactly("/d/");
            assertThat(eventsUntilEnd(key)).isEmpty();
        }
    }

    @Test
    void clearTellsOfEachKey() throws Exception {
        writeAll("/a", "/d/a");

        try (WatchStream stream = db.watch(List.of(QubesDbPath.ROOT))) {
            db.clear();

            assertThat(eventsUntilEnd(stream)).containsExactlyInAnyOrder("/a", "/d/a");
        }
    }

    @Test
    void changesOfOthersAreTold() throws Exception {
        try (QubesDb other = open();
                WatchStream stream = db.watch(paths("/key", END))) {
            other.write(path("/key"), "value");

            assertThat(eventsUntilEnd(stream)).containsExactly("/key");
        }
    }

    @Test
    void equalWatchesAreToldOnceEach() throws Exception {
        Recorder first = new Recorder();
        Recorder second = new Recorder();
        try (Watch one = db.watch(path("/key"), first);
                Watch two = db.watch(path("/key"), second);
                WatchStream stream = db.watch(paths("/key", "/key", "/key", END))) {
            writeAll("/key", "/key");

            assertThat(eventsUntilEnd(stream)).hasSize(6).containsOnly("/key");
            assertThat(first.next(2)).containsExactly("/key", "/key");
            assertThat(second.next(2)).containsExactly("/key", "/key");
            assertThat(first.rest()).isEmpty();
            assertThat(second.rest()).isEmpty();
        }
    }

    @Test
    void overlappingWatchesAreToldOnceEachInTheOrderOfTheChanges() throws Exception {
        Recorder root = new Recorder();
        Recorder directory = new Recorder();
        Recorder key = new Recorder();
        try (Watch one = db.watch(path("/d/key"), key);
                Watch two = db.watch(QubesDbPath.ROOT, root);
                Watch three = db.watch(path("/d/"), directory)) {
            writeAll("/d/key", "/x", "/d/other", "/d/key", END);

            assertThat(root.next(5)).containsExactly("/d/key", "/x", "/d/other", "/d/key", END);
            assertThat(directory.next(3)).containsExactly("/d/key", "/d/other", "/d/key");
            assertThat(key.next(2)).containsExactly("/d/key", "/d/key");
            assertThat(root.rest()).isEmpty();
        }
    }

    @Test
    void theOrderOfManyChangesIsKeptAndNoneIsLost() throws Exception {
        List<String> written = new ArrayList<>();
        try (QubesDb other = open();
                WatchStream stream = db.watch(paths("/d/", END))) {
            for (int i = 0; i < 2000; i++) {
                written.add("/d/" + i % 7);
                other.write(path("/d/" + i % 7), "value");
            }

            assertThat(eventsUntilEnd(stream)).isEqualTo(written);
        }
    }

    @Test
    void aClosedWatchIsToldNothingAndItsTwinEverything() throws Exception {
        Recorder closed = new Recorder();
        Recorder open = new Recorder();
        Watch one = db.watch(path("/key"), closed);
        try (Watch two = db.watch(path("/key"), open);
                Watch end = db.watch(path(END), open)) {
            one.close();
            one.close();
            writeAll("/key", "/key", END);

            assertThat(open.next(3)).containsExactly("/key", "/key", END);
            assertThat(closed.rest()).isEmpty();
        }
    }

    @Test
    void aListenerMayUseAndCloseWhatItIsOf() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        List<String> read = new ArrayList<>();
        QubesDb other = open();
        other.watch(path("/key"), new WatchListener() {
            @Override
            public void changed(QubesDbPath untrustedPath) {
                try {
                    other.write(new QubesDbPath("/answer"), "seen");
                    read.add(
                            other.read(new QubesDbPath("/answer")).orElseThrow().untrustedText());
                } catch (QubesDbException | InterruptedException e) {
                    read.add(e.toString());
                }
                other.close();
                closed.countDown();
            }

            @Override
            public void resynchronise() {
                read.add("notice");
            }
        });

        db.write(path("/key"), "value");

        assertThat(closed.await(Waiting.LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(read).containsExactly("seen");
        assertThatThrownBy(() -> other.read(path("/key"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aListenerMayCloseItsOwnWatch() throws Exception {
        Recorder end = new Recorder();
        List<Watch> watch = new ArrayList<>();
        List<String> told = new ArrayList<>();
        CountDownLatch ready = new CountDownLatch(1);
        watch.add(db.watch(path("/key"), new WatchListener() {
            @Override
            public void changed(QubesDbPath untrustedPath) {
                try {
                    ready.await();
                } catch (InterruptedException e) {
                    told.add(e.toString());
                }
                told.add(untrustedPath.text());
                watch.get(0).close();
            }

            @Override
            public void resynchronise() {
                told.add("notice");
            }
        }));
        ready.countDown();
        try (Watch last = db.watch(path(END), end)) {
            writeAll("/key", "/key", "/key", END);

            assertThat(end.next()).isEqualTo(END);
            assertThat(told).containsExactly("/key");
        }
    }

    @Test
    void aListenerThatThrowsOrInterruptsItselfDoesNotEndTheOthers() throws Exception {
        Recorder good = new Recorder();
        List<Throwable> caught = new ArrayList<>();
        WatchListener bad = new WatchListener() {
            @Override
            public void changed(QubesDbPath untrustedPath) {
                Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> caught.add(e));
                Thread.currentThread().interrupt();
                throw new IllegalStateException("of the listener");
            }

            @Override
            public void resynchronise() {
                throw new AssertionError("not told of that");
            }
        };
        try (Watch one = db.watch(path("/key"), bad);
                Watch two = db.watch(path("/key"), good);
                Watch three = db.watch(path(END), good)) {
            writeAll("/key", "/key", END);

            assertThat(good.next(3)).containsExactly("/key", "/key", END);
            assertThat(caught).hasSize(2).allMatch(e -> "of the listener".equals(e.getMessage()));
        }
    }

    @Test
    void aSlowListenerLosesNothingAndHoldsNoCommandUp() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Recorder recorder = new Recorder();
        WatchListener slow = new WatchListener() {
            @Override
            public void changed(QubesDbPath untrustedPath) {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    recorder.resynchronise();
                }
                recorder.changed(untrustedPath);
            }

            @Override
            public void resynchronise() {
                recorder.resynchronise();
            }
        };
        try (Watch watch = db.watch(path("/d/"), slow)) {
            List<String> written = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                written.add("/d/" + i);
                db.write(path("/d/" + i), "");
            }
            assertThat(db.listDirectory(path("/d"))).hasSize(500);
            go.countDown();

            assertThat(recorder.next(500)).isEqualTo(written);
        }
    }

    @Test
    void afterCloseNoListenerIsCalled() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<String> told = new CopyOnWriteArrayList<>();
        QubesDb other = open();
        AtomicReference<Thread> thread = new AtomicReference<>();
        other.watch(QubesDbPath.ROOT, new WatchListener() {
            @Override
            public void changed(QubesDbPath untrustedPath) {
                told.add(untrustedPath.text());
                thread.set(Thread.currentThread());
                try {
                    go.await();
                } catch (InterruptedException e) {
                    told.add(e.toString());
                }
            }

            @Override
            public void resynchronise() {
                told.add("notice");
            }
        });
        writeAll("/a", "/b", "/c");
        Waiting.until("the first is told", () -> thread.get() != null);

        other.close();
        go.countDown();

        thread.get().join();
        assertThat(told).containsExactly("/a");
    }

    // ---- streams

    @Test
    void aStreamWithNothingIsEmptyAfterTheLimitAndStaysOpen() throws Exception {
        try (WatchStream stream = db.watch(paths("/key"))) {
            assertThat(stream.next(Duration.ofMillis(1))).isEmpty();
            assertThat(stream.next(Duration.ZERO)).isEmpty();
            assertThat(stream.next(Duration.ofSeconds(-1))).isEmpty();
            assertThat(stream.isClosed()).isFalse();

            db.write(path("/key"), "value");

            assertThat(stream.next(Duration.ofSeconds(Long.MAX_VALUE))).contains(new Changed(path("/key")));
        }
    }

    @Test
    void aStreamIsClosedFromAnotherThreadWhileItIsWaitedFor() throws Exception {
        WatchStream stream = db.watch(paths("/key"));
        var forEver = Waiting.beside(stream::next);
        var withLimit = Waiting.beside(() -> stream.next(Duration.ofDays(1)));

        stream.close();

        assertThat(forEver.get()).isEmpty();
        assertThat(withLimit.get()).isEmpty();
        assertThat(stream.isClosed()).isTrue();
        assertThat(stream.next()).isEmpty();
    }

    @Test
    void aStreamOfNoPathIsRefused() {
        assertThatThrownBy(() -> db.watch(List.of())).isInstanceOf(QubesDbArgumentException.class);
    }
}
