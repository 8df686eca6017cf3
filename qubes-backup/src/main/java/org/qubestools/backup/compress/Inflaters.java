package org.qubestools.backup.compress;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.Inflater;
import org.qubestools.core.io.TaskScope;

/** Tasks that unpack members of gzip, for one reader after another; each reader is of one and the same thread. */
public final class Inflaters {
    /** None: whoever reads unpacks. */
    public static final Inflaters NONE = new Inflaters(0);

    private final int ahead;
    private final BlockingQueue<GzipMember> work = new LinkedBlockingQueue<>();
    private final Deque<GzipMember> idle = new ArrayDeque<>();

    private Inflaters(int ahead) {
        this.ahead = ahead;
    }

    /** Starts one task for each of the {@code threads} in {@code scope}. */
    public static Inflaters start(TaskScope scope, int threads) {
        Inflaters inflaters = new Inflaters(threads + 2);
        for (int i = 0; i < threads; i++) {
            scope.fork("qubes-backup-inflate-" + i, inflaters::work);
        }
        return inflaters;
    }

    private void work() {
        Inflater inflater = new Inflater(true);
        try {
            while (true) {
                work.take().unpack(inflater);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the scope is closed: nothing more to unpack
        } finally {
            inflater.end();
        }
    }

    /** How many members may be under way at once; 0 for {@link #NONE}. */
    int ahead() {
        return ahead;
    }

    /** A member to be filled. */
    GzipMember member() {
        GzipMember member = idle.poll();
        return member == null ? new GzipMember() : member;
    }

    /** Unpacks a member that was filled, soon. */
    void unpack(GzipMember member) {
        work.add(member);
    }

    /** Takes back a member that was unpacked and read. */
    void giveBack(GzipMember member) {
        member.clear();
        idle.push(member);
    }
}
