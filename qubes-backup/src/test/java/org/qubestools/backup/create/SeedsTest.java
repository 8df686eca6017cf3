package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.ArchiveFile;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.archive.TarReader;
import org.qubestools.backup.build.ArchiveBuilder;
import org.qubestools.backup.build.Compressed;
import org.qubestools.backup.build.InnerTar;
import org.qubestools.backup.build.OuterTar;
import org.qubestools.backup.build.Sealing;
import org.qubestools.backup.build.TarHeader;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.BackupReader;
import org.qubestools.backup.format.PassResult;
import org.qubestools.backup.format.ReadOptions;
import org.qubestools.backup.unpack.Extractor;
import org.qubestools.backup.unpack.SizeLimit;
import org.qubestools.backup.unpack.TreeWriter;
import org.qubestools.core.io.FileLayer;

/**
 * The seeds of the design, each by its name: what the original tools got wrong and this design must not. The first one,
 * one verification for all commands, needs the commands and is in {@code OneVerificationTest} of qubes-cli.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SeedsTest {
    private static final int BLOCK = 512;
    private static final long SEED = 1973;

    @TempDir
    private Path directory;

    private static byte[] noise(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private BackupReader open(InputStream archive) {
        return BackupReader.open(
                ArchiveFile.ofStream(archive, text -> {}, text -> {}),
                Sealing.passphrase(ArchiveBuilder.PASSPHRASE),
                ReadOptions.standard(directory),
                text -> {});
    }

    private PassResult read(OuterTar archive, Predicate<String> vms, ArchiveHandler handler) {
        try (BackupReader reader = open(new ByteArrayInputStream(archive.bytes()))) {
            List<BackupItem> items = reader.contents().items().stream()
                    .filter(item -> vms.test(item.shownName()))
                    .toList();
            return reader.read(items, handler);
        }
    }

    /** A volume that gives its bytes in small pieces and knows whether its reader has seen its end. */
    private static final class Volume extends FilterInputStream {
        private boolean ended;

        Volume(byte[] bytes) {
            super(new ByteArrayInputStream(bytes));
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            ended |= b < 0;
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int got = super.read(buffer, offset, Math.min(length, 100));
            ended |= got < 0;
            return got;
        }
    }

    /** The content of the one file of an archive; every volume must have been read to its end before the next is given. */
    private static byte[] joined(List<byte[]> volumes) throws IOException {
        Deque<byte[]> left = new ArrayDeque<>(volumes);
        List<Volume> given = new ArrayList<>();
        TarReader tar = new TarReader(
                () -> {
                    assertThat(given).allMatch(volume -> volume.ended);
                    if (left.isEmpty()) {
                        return null;
                    }
                    given.add(new Volume(left.remove()));
                    return given.get(given.size() - 1);
                },
                true);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        assertThat(tar.next()).isNotNull();
        tar.content((offset, buffer, from, length) -> content.write(buffer, from, length));
        assertThat(tar.next()).isNull();
        assertThat(given).hasSameSizeAs(volumes).allMatch(volume -> volume.ended);
        return content.toByteArray();
    }

    /** The archive of a file {@code a}, cut behind these numbers of blocks of its data, as format 2 cuts it. */
    private static List<byte[]> cut(byte[] content, List<Integer> places) {
        byte[] whole = InnerTar.of("a", content);
        List<byte[]> volumes = new ArrayList<>();
        int from = 0;
        for (int place : places) {
            volumes.add(volume(whole, from, BLOCK * (place + 1), content.length));
            from = BLOCK * (place + 1);
        }
        volumes.add(volume(whole, from, whole.length, content.length));
        return volumes;
    }

    private static byte[] volume(byte[] whole, int from, int to, int size) {
        byte[] blocks = Arrays.copyOfRange(whole, from, to);
        int done = from - BLOCK;
        return from == 0
                ? blocks
                : Compressed.joined(
                        TarHeader.continuation("a", done, size - done).bytes(), blocks);
    }

    @Test
    void aChunkReachesItsReaderWholeAndWithItsEndBeforeTheNextVolumeIsAnnounced() throws IOException {
        byte[] content = noise(1, 7000);

        assertThat(joined(cut(content, List.of(2, 3, 9)))).isEqualTo(content);
        assertThatThrownBy(() -> joined(cut(content, List.of(2, 3, 9)).subList(0, 3)))
                .isInstanceOf(DamagedArchive.class);
    }

    @Test
    void nothingReliesOnATapeLengthOrReadsAPrompt() throws IOException {
        byte[] content = noise(2, 40_000);
        Random random = new Random(SEED);
        InputStream before = System.in;
        Volume input = new Volume(new byte[0]);
        System.setIn(input);
        try {
            for (int round = 0; round < 200; round++) {
                List<Integer> all = new ArrayList<>();
                for (int block = 0; block < content.length / BLOCK; block++) {
                    all.add(block);
                }
                Collections.shuffle(all, random);
                List<Integer> places = new ArrayList<>(all.subList(0, random.nextInt(20)));
                Collections.sort(places);

                assertThat(joined(cut(content, places)))
                        .as("seed %s, round %s, cut behind the blocks %s", SEED, round, places)
                        .isEqualTo(content);
            }
        } finally {
            System.setIn(before);
        }
        assertThat(input.ended).as("standard input was read").isFalse();
    }

    /** Writes down which inner archives begin and end. */
    private static final class Archives implements ArchiveHandler {
        private final List<String> seen = new ArrayList<>();

        @Override
        public void begin(BackupItem item, String archive) {
            seen.add("begin " + archive);
        }

        @Override
        public void entry(BackupItem item, String archive, TarEntry entry, Content content) {
            seen.add("entry " + entry.path());
        }

        @Override
        public void done(BackupItem item, String archive) {
            seen.add("done " + archive);
        }
    }

    private static ArchiveBuilder twoArchives(ArchiveBuilder builder) {
        return builder.vm("work", 4).file("private.img", noise(3, 9000)).file("firewall.xml", noise(4, 9000));
    }

    @Test
    void chunk000AndNothingElseStartsANewInnerArchive() {
        Archives archives = new Archives();
        OuterTar good = twoArchives(ArchiveBuilder.v4()).build();

        assertThat(read(good, vm -> true, archives).failed()).isEmpty();
        assertThat(archives.seen)
                .containsExactly(
                        "begin vm4/private.img",
                        "entry vm4/private.img",
                        "done vm4/private.img",
                        "begin vm4/firewall.xml",
                        "entry vm4/firewall.xml",
                        "done vm4/firewall.xml");

        Archives others = new Archives();
        OuterTar headless = twoArchives(ArchiveBuilder.v4()).build().without("vm4/firewall.xml.000.enc");
        assertThat(read(headless, vm -> true, others).failed()).hasSize(1);
        assertThat(others.seen).doesNotContain("begin vm4/firewall.xml");

        OuterTar twice = twoArchives(ArchiveBuilder.v4()).build();
        twice.members().add(twice.members().get(twice.indexOf("vm4/private.img.000.enc")));
        Archives again = new Archives();
        assertThat(read(twice, vm -> true, again).failed()).hasSize(1);
        assertThat(again.seen).containsOnlyOnce("begin vm4/private.img");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "3e", "4"})
    void privateImgIsNamedOnce(String format) throws IOException {
        JobWorld world = new JobWorld(directory);
        JobWorld.write(world.vm("work", 5).resolve("private.img"), noise(5, 5000));
        JobWorld.write(world.template().resolve("private.img"), noise(6, 5000));
        JobWorld.write(world.template().resolve("root.img"), noise(7, 5000));
        Path archive = world.write(WriteFormats.of(format), "work", "tpl");
        List<String> images = new ArrayList<>();

        try (BackupReader reader = BackupReader.open(
                ArchiveFile.open(archive, text -> {}, text -> {}),
                PackedChunks.passphrase(),
                ReadOptions.standard(directory),
                text -> {})) {
            PassResult result = reader.read(
                    reader.contents().items(),
                    (item, inner, entry, content) -> images.add(item.shownName() + " "
                            + entry.path().from(item.path().length())));
            assertThat(result.failed()).isEmpty();
        }

        assertThat(images).containsOnlyOnce("work /private.img").containsOnlyOnce("tpl /private.img");
        assertThat(images.stream().filter(name -> name.contains("private.img"))).hasSize(2);
    }

    private static OuterTar threeVms() {
        return ArchiveBuilder.v4()
                .vm("two", 2)
                .file("private.img", noise(8, 9000))
                .vm("twenty", 20)
                .file("private.img", noise(9, 9000))
                .vm("third", 3)
                .file("private.img", noise(10, 9000))
                .build();
    }

    @Test
    void onlyWhatWasAskedForIsUnpacked() throws IOException {
        Path out = Files.createDirectory(directory.resolve("out"));
        OuterTar archive = threeVms().flipped("vm20/private.img.001.enc", 200);
        TreeWriter tree = new TreeWriter(out, FileLayer.system());

        PassResult result = read(archive, "two"::equals, new Extractor(tree, path -> true, SizeLimit.none()));
        tree.finish();

        assertThat(result.failed())
                .as("what nobody asked for is not even looked at")
                .isEmpty();
        try (Stream<Path> all = Files.walk(out)) {
            assertThat(all.filter(Files::isRegularFile)
                            .map(file -> out.relativize(file).toString()))
                    .containsExactly("vm2/private.img");
        }
        assertThat(read(archive, vm -> true, new Archives()).failed()).hasSize(1);
    }

    /** Counts what was taken from it. */
    private static final class Counting extends FilterInputStream {
        private final AtomicLong taken = new AtomicLong();

        Counting(byte[] bytes) {
            super(new ByteArrayInputStream(bytes));
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            taken.addAndGet(b < 0 ? 0 : 1);
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int got = super.read(buffer, offset, length);
            taken.addAndGet(Math.max(0, got));
            return got;
        }
    }

    /** At most one chunk is in work, one waits and one is being read, and no file is ever seen in the directory. */
    @Test
    void temporarySpaceIsBounded() throws IOException {
        int chunk = 1 << 20;
        int chunks = 24;
        byte[] archive = ArchiveBuilder.v3()
                .chunk(chunk)
                .vm("work", 4)
                .file("private.img", noise(11, chunks * chunk))
                .build()
                .bytes();
        Counting input = new Counting(archive);
        long[] most = new long[1];

        try (BackupReader reader = open(input)) {
            long begin = input.taken.get();
            PassResult result = reader.read(
                    reader.contents().items(),
                    (item, inner, entry, content) -> content.to((offset, buffer, from, length) -> {
                        if (offset % chunk < length) {
                            pause(); // the reader runs ahead as far as it may
                            assertThat(directory).isEmptyDirectory();
                        }
                        most[0] = Math.max(most[0], input.taken.get() - begin - offset);
                    }));
            assertThat(result.failed()).isEmpty();
        }

        assertThat(most[0]).isBetween(2L * chunk, 5L * chunk);
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
