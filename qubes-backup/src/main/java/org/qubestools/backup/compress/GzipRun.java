package org.qubestools.backup.compress;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PushbackInputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.core.io.BlockInputStream;

/** Gzip members one behind the other that tell their lengths, several of them unpacked at once. */
final class GzipRun extends BlockInputStream {
    private final PushbackInputStream in;
    private final Inflaters inflaters;
    private final Deque<GzipMember> members = new ArrayDeque<>();
    private int position;
    private boolean ended;
    /** Ends the run behind the members before it. */
    private @Nullable IOException failure;

    GzipRun(PushbackInputStream in, Inflaters inflaters) {
        this.in = in;
        this.inflaters = inflaters;
    }

    /** True if such a member is next; {@code in} stays where it is. */
    static boolean isNext(PushbackInputStream in) throws IOException {
        byte[] start = in.readNBytes(GzipLength.HEADER.length);
        in.unread(start);
        return GzipLength.of(start) != null;
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) throws IOException {
        while (true) {
            readAhead();
            GzipMember first = members.peek();
            if (first == null) {
                return end();
            }
            await(first);
            int got = first.copy(position, buffer, offset, wanted);
            if (got >= 0) {
                position += got;
                return got;
            }
            position = 0;
            inflaters.giveBack(members.remove());
        }
    }

    private int end() throws IOException {
        if (failure != null) {
            throw failure;
        }
        return -1;
    }

    private static void await(GzipMember member) throws IOException {
        try {
            member.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private void readAhead() {
        while (!ended && members.size() < inflaters.ahead()) {
            try {
                ended = !readMember();
            } catch (EOFException e) {
                ended = true;
                failure = new DamagedArchive("the gzip stream is cut", e);
            } catch (IOException e) {
                ended = true;
                failure = e;
            }
        }
    }

    private boolean readMember() throws IOException {
        byte[] start = in.readNBytes(GzipLength.HEADER.length);
        Integer length = GzipLength.of(start);
        if (length == null) {
            in.unread(start);
            return false;
        }
        GzipMember member = inflaters.member();
        member.fill(in, length);
        inflaters.unpack(member);
        members.add(member);
        return true;
    }
}
