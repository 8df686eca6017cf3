package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.backup.archive.ArchiveFile;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.backup.build.OuterTar;
import org.qubestools.backup.build.Sealing;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.crypto.ScryptLimits;

@Timeout(60)
class KeysAheadTest {
    private static final int TASKS = 2;
    /** Keys that may be derived before one is taken. */
    private static final int MOST = TASKS + 2;

    private final List<String> opened = new CopyOnWriteArrayList<>();

    @TempDir
    Path directory;

    private static byte[] head(int number) {
        byte[] head = new byte[ScryptEnvelope.HEADER_LENGTH];
        Arrays.fill(head, (byte) number);
        return head;
    }

    private static ChunkName chunk(String path, int number) {
        return new ChunkName(path, number);
    }

    private static String member(String path, int number) {
        return chunk(path, number).text() + ".enc";
    }

    private final class Recorder implements KeysAhead.Opener {
        @Override
        public Optional<ChunkName> chunk(String memberName) {
            return memberName.endsWith(".enc")
                    ? ChunkName.parse(memberName.substring(0, memberName.length() - 4))
                    : Optional.empty();
        }

        @Override
        public ScryptEnvelope open(ChunkName name, byte[] header) throws DamagedArchive {
            opened.add(name.text());
            if (header[0] == 99) {
                throw new DamagedArchive("not authentic");
            }
            return ScryptEnvelope.create(
                    Sealing.CHEAP,
                    name.text(),
                    Sealing.passphrase("x"),
                    new SecureRandom(),
                    new KeyDerivation(ScryptLimits.within(1 << 20)));
        }
    }

    /** Counts down when a key is asked for, and never has it. */
    private static final class Stuck implements KeysAhead.Opener {
        private final CountDownLatch asked;

        Stuck(CountDownLatch asked) {
            this.asked = asked;
        }

        @Override
        public Optional<ChunkName> chunk(String memberName) {
            return ChunkName.parse(memberName.replace(".enc", ""));
        }

        @Override
        public ScryptEnvelope open(ChunkName name, byte[] header) throws IOException {
            asked.countDown();
            try {
                Thread.sleep(1_000_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("interrupted");
        }
    }

    private MemberSource archive(OuterTar tar) throws IOException {
        Path file = directory.resolve("archive");
        Files.write(file, tar.bytes());
        return ArchiveFile.open(file, said -> {}, said -> {});
    }

    private static OuterTar chunks(int count) {
        OuterTar tar = new OuterTar().add("something else", new byte[700]);
        for (int i = 0; i < count; i++) {
            byte[] content = Arrays.copyOf(head(i), ScryptEnvelope.HEADER_LENGTH + 1000 * i);
            tar.add(member("vm1/private.img", i), content);
        }
        return tar;
    }

    private static KeysAhead started(MemberSource archive, KeysAhead.Opener opener) {
        KeysAhead keys = new KeysAhead(archive, opener, TASKS);
        keys.start(0);
        return keys;
    }

    private void awaitOpened(int count) throws InterruptedException {
        while (opened.size() < count) {
            Thread.sleep(1);
        }
    }

    @Test
    void keysAreReadyBeforeTheirChunksAreReadAndNoMoreThanSome() throws Exception {
        try (KeysAhead keys = started(archive(chunks(20)), new Recorder())) {
            awaitOpened(MOST);
            Thread.sleep(50);
            assertThat(opened).hasSize(MOST);

            for (int i = 0; i < 20; i++) {
                awaitOpened(Math.min(20, i + MOST));
                assertThat(keys.take(chunk("vm1/private.img", i), head(i))).isNotNull();
                assertThat(keys.take(chunk("vm1/private.img", i), head(i))).isNull();
            }
            assertThat(opened).hasSize(20).doesNotHaveDuplicates();
        }
    }

    @Test
    void aChunkThatIsReadOtherwiseThanItWasLookedAtGetsNoKey() throws Exception {
        try (KeysAhead keys = started(archive(chunks(2)), new Recorder())) {
            awaitOpened(2);

            assertThat(keys.take(chunk("vm1/private.img", 0), head(7))).isNull();
            assertThat(keys.take(chunk("vm1/private.img", 1), head(1))).isNotNull();
        }
    }

    @Test
    void whatFailsHereIsLeftToTheReader() throws Exception {
        OuterTar tar =
                new OuterTar().add(member("vm1/private.img", 0), head(99)).add(member("vm2/private.img", 0), head(1));
        try (KeysAhead keys = started(archive(tar), new Recorder())) {
            awaitOpened(2);

            assertThat(keys.take(chunk("vm1/private.img", 0), head(99))).isNull();
            assertThat(keys.take(chunk("vm2/private.img", 0), head(1))).isNotNull();
        }
    }

    @Test
    void aDamagedArchiveEndsTheLookAheadWithoutAWord() throws Exception {
        OuterTar tar = chunks(3);
        byte[] bytes = tar.bytes();
        Path file = directory.resolve("cut");
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 15000));
        try (KeysAhead keys = started(ArchiveFile.open(file, said -> {}, said -> {}), new Recorder())) {
            awaitOpened(1);

            assertThat(keys.take(chunk("vm1/private.img", 0), head(0))).isNotNull();
            assertThat(keys.take(chunk("vm1/private.img", 9), head(9))).isNull();
        }
    }

    @Test
    void chunksThatNobodyWantsMakeRoomForOthers() throws Exception {
        OuterTar tar = new OuterTar();
        for (int i = 0; i < 10; i++) {
            tar.add(member("vm1/private.img", i), head(i));
        }
        tar.add(member("vm2/private.img", 0), head(50));
        try (KeysAhead keys = started(archive(tar), new Recorder())) {
            awaitOpened(MOST);
            keys.want(path -> path.startsWith("vm2/"));
            awaitOpened(MOST + 1);

            assertThat(opened).contains("vm2/private.img.000");
            assertThat(keys.take(chunk("vm2/private.img", 0), head(50))).isNotNull();
        }
    }

    @Test
    void closingDoesNotWaitForWhatNobodyTakes() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        KeysAhead keys = started(archive(chunks(9)), new Stuck(started));
        started.await();

        keys.close();

        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aProcessorIsLeftToTheHeaderUntilThatIsRead() throws Exception {
        CountDownLatch all = new CountDownLatch(TASKS);
        try (KeysAhead keys = new KeysAhead(archive(chunks(9)), new Stuck(all), TASKS)) {
            keys.start(1);
            assertThat(all.await(50, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(all.getCount()).isEqualTo(1);

            keys.start(0);
            all.await();
        }
    }

    /** What is behind the current member, whatever of it was read. */
    @Test
    void theOtherWayBeginsBehindTheCurrentMember() throws Exception {
        try (MemberSource members = archive(chunks(4))) {
            members.next();
            MemberSource.Member first = members.next();
            first.data().readNBytes(10);
            try (MemberSource other = members.ahead()) {
                assertThat(other.next().name()).isEqualTo(member("vm1/private.img", 1));
                assertThat(other.ahead()).isNull();
            }
            assertThat(first.data().readAllBytes()).hasSize(ScryptEnvelope.HEADER_LENGTH - 10);
            assertThat(members.next().data().readNBytes(1)).containsExactly(1);
        }
    }
}
