package org.qubestools.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarWriterTest {
    @TempDir
    Path directory;

    private static String name(int length) {
        StringBuilder name = new StringBuilder();
        while (name.length() < length) {
            name.append(name.length() % 200 == 199 ? '/' : (char) ('a' + name.length() % 26));
        }
        return name.toString();
    }

    private static void file(TarWriter tar, TarWriter.Facts facts, byte[] content) throws IOException {
        tar.file(facts, SparseMap.dense(content.length));
        tar.data(content, 0, content.length);
        tar.endFile();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 98, 99, 100, 101, 155, 512, 4095})
    void namesOfAnyLengthAreReadByUsAndByTar(int length) throws IOException {
        String name = name(length);
        Written written = Written.of(tar -> file(tar, Written.facts(name), new byte[] {'x'}));

        assertThat(written.onlyEntry().path().isText(name)).isTrue();
        assertThat(written.listing()).isEqualTo("-rw-r--r-- 0/0               1 2014-05-13 16:53:20 " + name + "\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 99, 100, 101, 4095})
    void targetsOfAnyLengthAreKeptAsTheyAre(int length) throws IOException {
        String target = name(length);
        Written written = Written.of(tar -> {
            tar.symlink(Written.facts("dom0-home/user/link", 0777, 0), ByteName.of(target));
            file(tar, Written.facts(target), new byte[0]);
            tar.hardLink(Written.facts(target + "2"), ByteName.of(target));
        });

        assertThat(written.entries())
                .extracting(TarEntry::type)
                .containsExactly(EntryType.SYMLINK, EntryType.FILE, EntryType.HARDLINK);
        assertThat(written.entries().get(0).target().isText(target)).isTrue();
        assertThat(written.entries().get(2).target().isText(target)).isTrue();
        assertThat(written.listing())
                .contains("dom0-home/user/link -> " + target + "\n")
                .contains(target + "2 link to " + target + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user-data/x", "/nonexistent//passwd/", "../../x", "a b\nc", ".", "dom0-home/x"})
    void symbolicLinksAreNotTransformed(String target) throws IOException {
        Written written = Written.of(tar -> tar.symlink(Written.facts("user", 0777, 0), ByteName.of(target)));

        written.extract(directory);

        assertThat(Files.readSymbolicLink(directory.resolve("user")).toString()).isEqualTo(target);
        assertThat(written.onlyEntry().target().isText(target)).isTrue();
    }

    @Test
    void namesAreBytes() throws IOException {
        byte[] raw = {'d', '/', (byte) 0xff, (byte) 0xe4, '\n', '\\', ' ', '"', 1};
        Written written =
                Written.of(tar -> file(tar, new TarWriter.Facts(ByteName.of(raw), 0600, 0, 0, 0), new byte[] {'x'}));

        assertThat(written.onlyEntry().path().bytes()).isEqualTo(raw);
        assertThat(written.listing()).endsWith(" d/\\377\\344\\n\\\\ \"\\001\n");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 0_77777777777L, 0_100000000000L, 253402300799L, -1, -2_000_000_000_000L})
    void timesBeyondOctalAndBefore1970AreKept(long mtime) throws IOException {
        Written written = Written.of(tar -> file(tar, Written.facts("f", 0644, mtime), new byte[0]));

        assertThat(written.onlyEntry().mtime()).isEqualTo(mtime);
        if (Math.abs(mtime) < 1L << 33) { // file systems of today know no more
            written.extract(directory);
            assertThat(Files.getLastModifiedTime(directory.resolve("f")).toMillis())
                    .isEqualTo(1000 * mtime);
        }
    }

    @Test
    void largeOwnersAreKept() throws IOException {
        TarWriter.Facts facts = new TarWriter.Facts(ByteName.of("f"), 0644, 0, 3_000_000, 4_000_000_000L);

        assertThat(Written.of(tar -> file(tar, facts, new byte[0])).listing()).contains(" 3000000/4000000000 ");
    }

    @Test
    void sizesFrom8GibAreBase256() throws IOException {
        long size = (8L << 30) + (1L << 20);
        SparseMap.Builder map = new SparseMap.Builder();
        map.add(8L << 30, 512);
        SparseMap sparse = map.build(size);
        Written written = Written.of(tar -> {
            tar.file(Written.facts("f"), sparse);
            tar.data(new byte[512], 0, 512);
            tar.endFile();
        });

        assertThat(written.onlyEntry().size()).isEqualTo(size);
        assertThat(written.onlyEntry().map().offset(0)).isEqualTo(8L << 30);
        assertThat(written.listing()).contains(" " + size + " 2014");
    }

    @Test
    void allTwelveBitsOfTheModeAreKept() throws IOException {
        Written written = Written.of(tar -> {
            tar.directory(Written.facts("d", 01777, 0));
            file(tar, Written.facts("f", 06755, 0), new byte[0]);
            tar.pipe(Written.facts("p", 0600, 0));
        });

        assertThat(written.entries()).extracting(TarEntry::mode).containsExactly(01777, 06755, 0600);
        assertThat(written.entries().get(2).type()).isEqualTo(EntryType.PIPE);
        written.extract(directory);
        assertThat(Files.getAttribute(directory.resolve("f"), "unix:mode")).isEqualTo(0106755);
    }

    @Test
    void theEndIsPaddedTo10240() throws IOException {
        assertThat(Written.of(tar -> {}).bytes()).isEqualTo(new byte[10240]);
        assertThat(Written.of(tar -> file(tar, Written.facts("f"), new byte[9216]))
                        .bytes())
                .hasSize(20480);
        assertThat(Written.of(tar -> file(tar, Written.facts("f"), new byte[8704]))
                        .bytes())
                .hasSize(10240);
    }

    @Test
    void tarPutsEverythingWhereItWas() throws IOException {
        Written written = Written.of(tar -> {
            tar.directory(Written.facts("home", 0750, 5));
            file(tar, Written.facts("home/a"), "text".getBytes(StandardCharsets.US_ASCII));
            tar.hardLink(Written.facts("home/b"), ByteName.of("home/a"));
        });

        written.extract(directory);

        assertThat(directory.resolve("home/b")).hasContent("text");
        assertThat(Files.getAttribute(directory.resolve("home/a"), "unix:nlink", LinkOption.NOFOLLOW_LINKS))
                .isEqualTo(2);
        assertThat(Files.getLastModifiedTime(directory.resolve("home")).toMillis())
                .isEqualTo(5000);
    }

    @Test
    void dataMustBeExactlyWhatTheHeaderSays() throws IOException {
        Written.of(tar -> {
            tar.file(Written.facts("f"), SparseMap.dense(2));
            assertThatThrownBy(tar::endFile).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> tar.data(new byte[3], 0, 3)).isInstanceOf(IllegalStateException.class);
        });
    }
}
