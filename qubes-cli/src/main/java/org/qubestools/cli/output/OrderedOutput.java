package org.qubestools.cli.output;

import java.util.ArrayList;
import java.util.List;

/**
 * What several pieces of work say while they are done at the same time, in the order of the pieces: the first says everything
 * at once, each other one as soon as all before it have ended. Safe for several threads.
 */
public final class OrderedOutput {
    private final List<List<Runnable>> waiting = new ArrayList<>();
    private final List<Boolean> ended = new ArrayList<>();
    private int first;

    /** For so many pieces, numbered from 0. */
    public OrderedOutput(int pieces) {
        for (int i = 0; i < pieces; i++) {
            waiting.add(new ArrayList<>());
            ended.add(false);
        }
    }

    /** Has a piece say something, now or later; {@code saying} only prints or notes, and is called by any of the threads. */
    public synchronized void say(int piece, Runnable saying) {
        if (piece == first) {
            saying.run();
        } else {
            waiting.get(piece).add(saying);
        }
    }

    /** A piece has said all. */
    public synchronized void end(int piece) {
        ended.set(piece, true);
        while (first < ended.size() && ended.get(first)) {
            first++;
            sayWaiting();
        }
    }

    /** No piece says anything more, also none that never began. */
    public synchronized void endAll() {
        while (first < ended.size()) {
            first++;
            sayWaiting();
        }
    }

    private void sayWaiting() {
        if (first < waiting.size()) {
            waiting.get(first).forEach(Runnable::run);
            waiting.get(first).clear();
        }
    }
}
