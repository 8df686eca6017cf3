package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events that nobody takes, and too many of them. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EventQueueTest {
    private final EventQueue<String> queue = new EventQueue<>(events -> List.of("notice"));

    private List<String> all() throws InterruptedException {
        List<String> all = new ArrayList<>();
        String next = queue.poll(0);
        while (next != null) {
            all.add(next);
            next = queue.poll(0);
        }
        return all;
    }

    @Test
    void eventsComeInTheirOrderAndEqualOnesToo() throws Exception {
        List.of("a", "b", "a", "a").forEach(queue::add);

        assertThat(all()).containsExactly("a", "b", "a", "a");
    }

    @Test
    void asManyAsTheLimitAreKept() throws Exception {
        for (int i = 0; i < EventQueue.LIMIT; i++) {
            queue.add("same");
        }

        assertThat(all()).hasSize(65_536).containsOnly("same");
    }

    @Test
    void ofMoreThanTheLimitEqualOnesBecomeOneAndTheirOrderStays() throws Exception {
        for (int i = 0; i <= EventQueue.LIMIT; i++) {
            queue.add(List.of("b", "a", "c").get(i % 3));
        }

        assertThat(all()).containsExactly("b", "a", "c");
    }

    @Test
    void whatComesBehindTheMergedOnesIsKept() throws Exception {
        for (int i = 0; i <= EventQueue.LIMIT; i++) {
            queue.add("a");
        }
        queue.add("a");
        queue.add("b");

        assertThat(all()).containsExactly("a", "a", "b");
    }

    @Test
    void moreThanTheLimitOfDifferentOnesBecomeNotices() throws Exception {
        for (int i = 0; i <= EventQueue.LIMIT; i++) {
            queue.add("event " + i);
        }
        queue.add("behind");

        assertThat(all()).containsExactly("notice", "behind");
    }

    @Test
    void aQueueThatIsNeverTakenFromStaysWithinTheLimit() throws Exception {
        for (int i = 0; i < 5 * EventQueue.LIMIT; i++) {
            queue.add("event " + i);
        }

        assertThat(all()).hasSizeLessThanOrEqualTo(EventQueue.LIMIT).contains("notice");
    }

    @Test
    void aClosedQueueTakesNothingAndGivesWhatIsThere() throws Exception {
        queue.add("a");
        queue.close();
        queue.add("b");

        assertThat(queue.isClosed()).isTrue();
        assertThat(queue.take()).isEqualTo("a");
        assertThat(queue.take()).isNull();
        assertThat(queue.poll(Long.MAX_VALUE / 4)).isNull();
    }

    @Test
    void whoWaitsGetsWhatComes() throws Exception {
        var waiting = Waiting.beside(queue::take);
        queue.add("a");

        assertThat(waiting.get()).isEqualTo("a");
    }

    @Test
    void tooManyEventsForListenersBecomeOneNoticeForEachThatIsStillOpen() throws Exception {
        WatchThreads listeners = new WatchThreads("test");
        Recorder first = new Recorder();
        Recorder second = new Recorder();
        Recorder closed = new Recorder();
        Registration one = registration(listeners, first);
        Registration two = registration(listeners, first);
        Registration three = registration(listeners, second);
        Registration gone = registration(listeners, closed);
        for (int i = 0; i <= EventQueue.LIMIT; i++) {
            for (Registration registration : List.of(one, two, three, gone)) {
                registration.changed(new QubesDbPath("/" + i));
            }
        }
        gone.close();
        for (Registration registration : List.of(one, three, gone)) {
            registration.changed(new QubesDbPath("/end"));
        }
        listeners.start();

        assertThat(untilEnd(first).stream().filter(Recorder.RESYNCHRONISE::equals))
                .hasSize(1);
        assertThat(untilEnd(second).stream().filter(Recorder.RESYNCHRONISE::equals))
                .hasSize(1);
        assertThat(closed.rest()).isEmpty();
        listeners.close();
        listeners.join();
    }

    private static Registration registration(WatchThreads listeners, WatchListener listener) {
        return new Registration(QubesDbPath.ROOT, listeners.target(listener), closed -> {});
    }

    private static List<String> untilEnd(Recorder recorder) throws InterruptedException {
        List<String> told = new ArrayList<>();
        String next = recorder.next();
        while (!next.equals("/end")) {
            told.add(next);
            next = recorder.next();
        }
        return told;
    }
}
