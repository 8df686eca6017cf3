package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.MessageType;

/** Nonsense of all kinds: only well-formed frames come back, and nobody else is disturbed. */
final class DaemonFuzzTest {
    private static final int ROUNDS = 1500;

    @TempDir
    Path folder;

    @Test
    void nonsenseIsAnsweredByFramesOnly() throws Exception {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        long end = System.nanoTime() + Long.getLong("qubes.fuzz.seconds", 0) * 1_000_000_000L;
        int answers = 0;
        try (TestDaemon daemon = TestDaemon.start(folder);
                RawClient good = daemon.client()) {
            for (int i = 0; i < ROUNDS || System.nanoTime() < end; i++) {
                byte[] nonsense = nonsense(random);
                try (RawClient bad = random.nextInt(4) == 0 ? daemon.readOnlyClient() : daemon.client()) {
                    send(bad, nonsense);
                    answers += (int) bad.receiveToEnd().stream()
                            .filter(frame -> isAnswer(frame, seed))
                            .count();
                }
                // It may have removed everything.
                assertThat(good.ask(Frame.write("/good", "v" + i)))
                        .as("seed %d", seed)
                        .isEqualTo(Frame.ok("/good"));
                assertThat(good.ask(Frame.read("/good"))).as("seed %d", seed).isEqualTo(Frame.value("/good", "v" + i));
            }
        }
        assertThat(answers).as("seed %d", seed).isPositive();
    }

    private static void send(RawClient client, byte[] nonsense) {
        try {
            client.send(nonsense);
            client.shutdownOutput();
        } catch (IOException e) {
            // It was hung up on; what was answered can be read still.
        }
    }

    private static boolean isAnswer(Frame frame, long seed) {
        assertThat(frame.type()).as("seed %d: %s", seed, frame).isBetween(7, 13);
        boolean hasValue =
                frame.type() == MessageType.READ_REPLY.number() || frame.type() == MessageType.MULTIREAD_REPLY.number();
        assertThat(hasValue || frame.data().isEmpty())
                .as("seed %d: %s", seed, frame)
                .isTrue();
        return true;
    }

    private static byte[] nonsense(Random random) {
        byte[] bytes = new byte[random.nextInt(400)];
        random.nextBytes(bytes);
        if (random.nextInt(5) == 0) {
            return bytes;
        }
        String[] paths = {"/a", "/a/", "/", "", "rel", "/a b", "/" + "x".repeat(62), "/" + "y".repeat(63)};
        int[] lengths = {0, 0, 1, 72, 3071, 3072, 65_536, 65_537, -1};
        Frame[] frames = new Frame[1 + random.nextInt(6)];
        for (int i = 0; i < frames.length; i++) {
            String path = paths[random.nextInt(paths.length - 1)];
            int length = Math.min(lengths[random.nextInt(lengths.length - 1)], 4000);
            frames[i] = new Frame(random.nextInt(9), path, "v".repeat(length));
        }
        byte[] valid = Frame.bytes(frames);
        byte[] last = Frame.header(
                random.nextInt(16), paths[random.nextInt(paths.length)], lengths[random.nextInt(lengths.length)]);
        byte[] all = Arrays.copyOf(valid, valid.length + last.length + bytes.length);
        System.arraycopy(last, 0, all, valid.length, last.length);
        System.arraycopy(bytes, 0, all, valid.length + last.length, bytes.length);
        for (int i = random.nextInt(4); i > 0; i--) {
            all[random.nextInt(all.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return all;
    }
}
