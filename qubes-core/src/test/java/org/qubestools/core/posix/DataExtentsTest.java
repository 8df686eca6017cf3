package org.qubestools.core.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.FileLayer;

/** On the file system of the temporary directory, which must know holes of 64 KiB. */
final class DataExtentsTest {
    private static final long UNIT = 64 << 10;
    private static final PosixFiles FILES = PosixFiles.load();

    @TempDir
    Path directory;

    private record Extent(long offset, long length) {}

    @Test
    void nativeCallsWorkHere() {
        assertThat(FILES.untrustedLimitation()).isEmpty();
        assertThat(PosixFiles.load()).isSameAs(FILES);
    }

    @Test
    void stretchesBetweenHolesAreToldInOrder() throws IOException {
        Path file = file(20 * UNIT, 3, 7, 8, 15);

        assertThat(extents(FILES, file))
                .containsExactly(
                        new Extent(3 * UNIT, UNIT), new Extent(7 * UNIT, 2 * UNIT), new Extent(15 * UNIT, UNIT));
    }

    @Test
    void dataAtBothEndsIsTold() throws IOException {
        Path file = file(10 * UNIT, 0, 9);

        assertThat(extents(FILES, file)).containsExactly(new Extent(0, UNIT), new Extent(9 * UNIT, UNIT));
    }

    @Test
    void aFileWithoutHolesIsOneStretchOfItsExactSize() throws IOException {
        Path file = Files.write(directory.resolve("dense"), new byte[100_001]);

        assertThat(extents(FILES, file)).containsExactly(new Extent(0, 100_001));
        assertThat(FILES.dataExtents(file, (offset, length) -> {})).isEqualTo(100_001);
    }

    @Test
    void anEmptyFileHasNone() throws IOException {
        Path file = Files.createFile(directory.resolve("empty"));

        assertThat(extents(FILES, file)).isEmpty();
        assertThat(FILES.dataExtents(file, (offset, length) -> {})).isZero();
    }

    @Test
    void hugeHolesCostNothing() throws IOException {
        long size = 64L << 30;
        Path file = file(size, 1, size / UNIT - 2);

        assertThat(FILES.dataExtents(file, (offset, length) -> {})).isEqualTo(size);
        assertThat(extents(FILES, file)).containsExactly(new Extent(UNIT, UNIT), new Extent(size - 2 * UNIT, UNIT));
        assertThat(extents(FILES, file(size))).isEmpty();
    }

    @Test
    void namesMayBeAnyBytes() throws IOException {
        Path file = directory.resolve(RawPath.of(new byte[] {(byte) 0xff, '\n'}));
        Files.write(file, new byte[] {1});

        assertThat(extents(FILES, file)).containsExactly(new Extent(0, 1));
    }

    @Test
    void aMissingFileIsNamedAsTheJdkDoes() {
        Path file = directory.resolve("missing");

        assertThatThrownBy(() -> extents(FILES, file))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(file.toString());
    }

    @Test
    void otherFailuresAreInTheWordsOfTheSystem() throws IOException {
        Path file = Files.createFile(directory.resolve("file")).resolve("below");

        assertThatThrownBy(() -> extents(FILES, file)).hasMessage(file + ": Not a directory");
    }

    @Test
    void theSinkMayFail() throws IOException {
        Path file = file(10 * UNIT, 0, 9);
        IOException failure = new IOException("enough");

        assertThatThrownBy(() -> FILES.dataExtents(file, (offset, length) -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    void nothingStaysOpen() throws IOException {
        Path file = file(10 * UNIT, 0, 9);
        long before = openDescriptors();
        for (int i = 0; i < 100; i++) {
            extents(FILES, file);
        }

        assertThat(openDescriptors()).isLessThan(before + 50);
    }

    @Test
    void withoutNativeCallsAFileIsOneStretch() throws IOException {
        PosixFiles plain = new PlainFiles("none here");
        Path file = file(20 * UNIT, 3);

        assertThat(extents(plain, file)).containsExactly(new Extent(0, 20 * UNIT));
        assertThat(extents(plain, Files.createFile(directory.resolve("empty")))).isEmpty();
        assertThat(plain.untrustedLimitation()).contains("none here");
    }

    @Test
    void linksAreMadeWithExactlyTheirBytes() throws IOException {
        byte[] target = {'v', '/', '/', (byte) 0xff, '\n', '/', '.', '.', '/', '/'};
        Path link = directory.resolve(RawPath.of(new byte[] {(byte) 0xfe}));

        FILES.symlink(target, link);

        assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(RawPath.bytes(Files.readSymbolicLink(link))).isEqualTo(target);
        assertThatThrownBy(() -> FILES.symlink(target, link))
                .isInstanceOf(java.nio.file.FileAlreadyExistsException.class);
        assertThatThrownBy(() -> FILES.symlink(new byte[1], directory.resolve("nul")))
                .hasMessageEndingWith("a name holds a NUL character");
        assertThatThrownBy(() -> new PlainFiles("none").symlink(target, directory.resolve("plain")))
                .hasMessageEndingWith("JNA fails: none");
    }

    private static long openDescriptors() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        }
    }

    private static List<Extent> extents(PosixFiles files, Path file) throws IOException {
        List<Extent> extents = new ArrayList<>();
        files.dataExtents(file, (offset, length) -> extents.add(new Extent(offset, length)));
        return extents;
    }

    /** A sparse file with data in the units with these numbers. */
    private Path file(long size, long... units) throws IOException {
        Path file = Files.createTempFile(directory, "sparse", "");
        FileLayer.system().setLength(file, size);
        byte[] data = new byte[(int) UNIT];
        data[0] = 1;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long unit : units) {
                channel.write(ByteBuffer.wrap(data), unit * UNIT);
            }
        }
        return file;
    }
}
