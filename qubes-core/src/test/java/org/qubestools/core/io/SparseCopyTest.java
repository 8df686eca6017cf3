package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseCopyTest {
    private static final int DATA = 256 << 10;
    private static final long LENGTH = 64L << 20;

    @TempDir
    Path dir;

    /** 64 MiB with a little data in the middle. */
    private Path image() throws IOException {
        Path image = dir.resolve("root.img");
        FileLayer.system().createSparseFile(image, LENGTH);
        byte[] data = new byte[DATA];
        java.util.Arrays.fill(data, (byte) 7);
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(data), 32 << 20);
        }
        FileLayer.system().sync(image);
        return image;
    }

    @Test
    void holesStayHoles() throws IOException {
        Path image = image();
        Path copy = dir.resolve("copy.img");
        List<String> seen = new ArrayList<>();

        SparseCopy.copy(FileLayer.system(), image, copy, recording(seen));

        assertThat(Files.mismatch(image, copy)).isEqualTo(-1);
        Map<Path, DiskUsage> usage = DiskUsage.ofFiles(List.of(image, copy));
        assertThat(usage.get(copy).length()).isEqualTo(LENGTH);
        assertThat(usage.get(copy).allocated()).isBetween((long) DATA, 2L << 20);
        assertThat(UnixStat.mode(copy)).isEqualTo(0600);
        assertThat(seen).containsExactly("copy.img", "+" + LENGTH);
    }

    private static Progress recording(List<String> seen) {
        return new Progress() {
            @Override
            public void start(long totalBytes) {
                seen.add("start");
            }

            @Override
            public void item(String name) {
                seen.add(name);
            }

            @Override
            public void advance(long bytes) {
                seen.add("+" + bytes);
            }

            @Override
            public void done() {
                seen.add("done");
            }
        };
    }

    @Test
    void existingTargetIsLeftAlone() throws IOException {
        Path image = image();
        Path other = Files.writeString(dir.resolve("other"), "mine");

        assertThatThrownBy(() -> SparseCopy.copy(FileLayer.system(), image, other, Progress.NONE))
                .isInstanceOf(IOException.class);

        assertThat(other).hasContent("mine");
    }

    @Test
    void onlyRegularFilesAreCopied() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("link"), image());
        Path copy = dir.resolve("copy");

        assertThatThrownBy(() -> FileLayer.system().copyFile(link, copy)).hasMessageContaining("not a file");
        assertThatThrownBy(() -> FileLayer.system().copyFile(dir.resolve("none"), copy))
                .hasMessageContaining("no such file");
        assertThat(copy).doesNotExist();
    }

    @Test
    void namesThatLookLikeOptionsAreNames() throws IOException {
        Path odd = Files.writeString(dir.resolve("-f odd 'name'"), "x");

        FileLayer.system().copyFile(odd, dir.resolve("--help"));

        assertThat(dir.resolve("--help")).hasContent("x");
    }

    @Test
    void usageOfFilesLeavesOutMissingOnes() throws IOException {
        Path file = Files.write(dir.resolve("name with\nnewline"), new byte[5000]);
        FileLayer.system().sync(file);
        Path missing = dir.resolve("missing");

        Map<Path, DiskUsage> usage = DiskUsage.ofFiles(List.of(file, missing));

        assertThat(usage).containsOnlyKeys(file);
        assertThat(usage.get(file).length()).isEqualTo(5000);
    }

    @Test
    void usageOfTreesCountsEveryHardLink() throws IOException {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Path sub = Files.createDirectory(tree.resolve("sub"));
        Path file = Files.write(sub.resolve("data"), new byte[100_000]);
        Files.createLink(sub.resolve("again"), file);
        Files.createSymbolicLink(sub.resolve("link"), dir.resolve("root.img"));
        FileLayer.system().sync(file);
        image();

        Map<Path, Long> usage = DiskUsage.ofTrees(List.of(tree, dir.resolve("missing"), sub));

        assertThat(usage).containsOnlyKeys(tree, sub);
        long one = DiskUsage.ofFiles(List.of(file)).get(file).allocated();
        assertThat(one).isGreaterThanOrEqualTo(100_000);
        assertThat(usage.get(sub)).isBetween(2 * one, 2 * one + 100_000);
    }

    @Test
    void noPathsNoCall() {
        assertThat(DiskUsage.ofFiles(List.of())).isEmpty();
        assertThat(DiskUsage.ofTrees(List.of())).isEmpty();
    }
}
