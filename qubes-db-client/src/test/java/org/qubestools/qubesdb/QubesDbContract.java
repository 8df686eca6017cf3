package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link QubesDb} must do; run on the fake and on the client with each daemon. Here: when the daemon ends and
 * another takes its place; the rest is in the classes above.
 */
abstract class QubesDbContract extends WatchContract {
    /** Ends the daemon, with its keys. */
    abstract void stopDaemon() throws Exception;

    abstract void startDaemon() throws Exception;

    @Test
    void withoutADaemonEverythingIsDisconnected() throws Exception {
        writeAll("/a");
        stopDaemon();

        assertDisconnected(() -> db.read(path("/a")));
        assertDisconnected(() -> db.readEach(paths("/a")));
        assertDisconnected(db::readAll);
        assertDisconnected(() -> db.readDirectory(path("/a")));
        assertDisconnected(() -> db.listDirectory(path("/a")));
        assertDisconnected(() -> db.listPrefix(""));
        assertDisconnected(() -> db.write(path("/a"), "value"));
        assertDisconnected(() -> db.remove(path("/a")));
        assertDisconnected(() -> db.removeDirectory(path("/a")));
        assertDisconnected(db::clear);
        assertDisconnected(() -> db.watch(path("/a"), new Recorder()));
        assertDisconnected(() -> db.watch(paths("/a")));
        db.refresh();
    }

    private static void assertDisconnected(ThrowingCallable command) {
        assertThatThrownBy(command)
                .isInstanceOf(QubesDbDisconnectedException.class)
                .hasMessageContaining("domain 'work'");
    }

    @Test
    void aClientThatMeetsNoDaemonAtFirstFindsItLater() throws Exception {
        stopDaemon();
        try (QubesDb other = open()) {
            assertDisconnected(() -> other.read(path("/a")));

            startDaemon();

            assertThat(other.read(path("/a"))).isEmpty();
        }
    }

    @Test
    void aNewDaemonIsEmptyAndServesTheOldClients() throws Exception {
        writeAll("/a");
        stopDaemon();
        startDaemon();

        assertThat(db.listPrefix("")).isEmpty();
        writeAll("/b");
        assertThat(db.listPrefix("")).isEqualTo(paths("/b"));
    }

    @Test
    void eachListenerIsToldOnceToReadAgainAndItsWatchesGoOn() throws Exception {
        Recorder both = new Recorder();
        Recorder other = new Recorder();
        try (Watch one = db.watch(path("/a"), both);
                Watch two = db.watch(path("/d/"), both);
                Watch three = db.watch(path("/a"), other);
                WatchStream stream = db.watch(paths("/a", "/b"))) {
            for (int i = 0; i < 2; i++) {
                stopDaemon();
                startDaemon();

                assertThat(both.next()).isEqualTo(Recorder.RESYNCHRONISE);
                assertThat(other.next()).isEqualTo(Recorder.RESYNCHRONISE);
                assertThat(stream.next(LIMIT)).contains(new WatchStream.Resynchronise());
                writeAll("/a", "/d/x", "/b");
                assertThat(both.next(2)).containsExactly("/a", "/d/x");
                assertThat(other.next()).isEqualTo("/a");
                assertThat(stream.next(LIMIT)).contains(new WatchStream.Changed(path("/a")));
                assertThat(stream.next(LIMIT)).contains(new WatchStream.Changed(path("/b")));
            }
            assertThat(both.rest()).isEmpty();
            assertThat(other.rest()).isEmpty();
        }
    }

    @Test
    void aWatchThatWasClosedMeanwhileIsToldNothing() throws Exception {
        Recorder closed = new Recorder();
        Recorder open = new Recorder();
        try (Watch one = db.watch(path("/a"), open)) {
            Watch two = db.watch(path("/a"), closed);
            stopDaemon();
            two.close();
            startDaemon();

            assertThat(open.next()).isEqualTo(Recorder.RESYNCHRONISE);
            writeAll("/a", "/a");
            assertThat(open.next(2)).isEqualTo(List.of("/a", "/a"));
            assertThat(closed.rest()).isEmpty();
        }
    }

    @Test
    void aClientIsClosedWithoutADaemon() throws Exception {
        WatchStream stream = db.watch(paths("/a"));
        stopDaemon();

        db.close();

        assertThat(stream.isClosed()).isTrue();
        assertThatThrownBy(() -> db.read(path("/a"))).isInstanceOf(IllegalStateException.class);
    }
}
