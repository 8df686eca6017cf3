package org.qubestools.backup.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.MemberSource.Member;

/** A damaged stream is members or damage, nothing else, and takes no more memory than it has bytes. */
@Timeout(value = 1, unit = TimeUnit.HOURS)
final class FileCopyReceiverFuzzTest {
    private static final int ROUNDS = 20_000;
    private static final List<byte[]> SEEDS = List.of(
            new CopyStream().end().bytes(),
            new CopyStream()
                    .directory("vm2")
                    .file("vm2/private.img.000", "some content")
                    .file("vm2/private.img.000.hmac", "SHA512(stdin)= 00")
                    .directory("vm2")
                    .end()
                    .bytes(),
            new CopyStream()
                    .file("backup-header", "version=3\n")
                    .file("a/b/c/..000", "")
                    .end()
                    .bytes());
    private static final byte[] LIKELY = {0, 1, 2, 31, 32, 46, 47, 92, 127, -1, -128, 64, -127, -96, -92};

    @Test
    void damagedStreamsAreMembersOrDamage() throws IOException {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        long end = System.nanoTime() + Long.getLong("qubes.fuzz.seconds", 0) * 1_000_000_000L;
        int good = 0;
        int bad = 0;
        for (int i = 0; i < ROUNDS || System.nanoTime() < end; i++) {
            byte[] stream = damage(SEEDS.get(random.nextInt(SEEDS.size())), random);
            if (isGood(stream, random.nextBoolean(), "seed " + seed + ", round " + i)) {
                good++;
            } else {
                bad++;
            }
        }
        assertThat(good).as("seed %d", seed).isPositive();
        assertThat(bad).as("seed %d", seed).isPositive();
    }

    private static byte[] damage(byte[] stream, Random random) {
        byte[] damaged = stream.clone();
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(damaged.length);
            damaged[at] =
                    random.nextBoolean() ? LIKELY[random.nextInt(LIKELY.length)] : (byte) (1 << random.nextInt(8));
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length + 40)) : damaged;
    }

    private static boolean isGood(byte[] stream, boolean read, String round) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        FileCopyReceiver receiver =
                new FileCopyReceiver("the stream", new ByteArrayInputStream(stream), answer, () -> "");
        try {
            for (Member member = receiver.next(); member != null; member = receiver.next()) {
                assertThat(member.name()).as(round).matches("[ -\\[\\]-~]{1,255}");
                assertThat(List.of(member.name().split("/", -1))).as(round).doesNotContain("", "..");
                if (read) {
                    long count = member.data().transferTo(OutputStream.nullOutputStream());
                    assertThat(count).as(round).isEqualTo(member.size());
                }
            }
        } catch (DamagedArchive e) {
            assertThat(e.getMessage()).as(round).matches("[ -~]+").hasSizeLessThan(1000);
            return false;
        }
        ReceivedAnswer received = ReceivedAnswer.read(new ByteArrayInputStream(answer.toByteArray()));
        assertThat(received.error()).as(round).isZero();
        return true;
    }
}
