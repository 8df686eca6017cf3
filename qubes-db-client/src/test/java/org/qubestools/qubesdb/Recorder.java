package org.qubestools.qubesdb;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A listener that keeps what it is told: the paths of changes, and {@link #RESYNCHRONISE}. */
final class Recorder implements WatchListener {
    static final String RESYNCHRONISE = "resynchronise";

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @Override
    public void changed(QubesDbPath untrustedPath) {
        told.add(untrustedPath.text());
    }

    @Override
    public void resynchronise() {
        told.add(RESYNCHRONISE);
    }

    /** Waits for the next one. */
    String next() throws InterruptedException {
        String next = told.poll(Waiting.LIMIT_SECONDS, TimeUnit.SECONDS);
        return next == null ? "nothing in " + Waiting.LIMIT_SECONDS + " s" : next;
    }

    /** Waits for so many. */
    List<String> next(int count) throws InterruptedException {
        List<String> next = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            next.add(next());
        }
        return next;
    }

    /** What it was told and nobody asked for yet. */
    List<String> rest() {
        return List.copyOf(told);
    }
}
