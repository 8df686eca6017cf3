package org.qubestools.core.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.QubesException;

final class RealHostFilesTest {
    @TempDir
    private Path root;

    private HostFiles below() {
        return new RealHostFiles(path -> root.resolve(path.substring(1)));
    }

    @Test
    void filesAreLookedUpBelowTheRoot() throws IOException {
        Files.createFile(root.resolve("a.img"));

        assertThat(below().exists("/a.img")).isTrue();
        assertThat(below().exists("/b.img")).isFalse();
        assertThat(below().realPath("/a.img")).isEqualTo(root + "/a.img");
        assertThat(below().isBlockDevice("/a.img")).isFalse();
        assertThat(below().isBlockDevice("/b.img")).isFalse();
        assertThat(below().isBlockDevice("/")).isFalse();
    }

    @Test
    void aCharacterDeviceIsNoBlockDevice() {
        assertThat(new RealHostFiles(Path::of).isBlockDevice("/dev/null")).isFalse();
    }

    @Test
    void aBlockDeviceIsFoundThroughALink() throws IOException {
        Path device = firstBlockDevice();
        Files.createSymbolicLink(root.resolve("disk"), device);

        assertThat(below().isBlockDevice("/disk")).isTrue();
    }

    private static Path firstBlockDevice() throws IOException {
        Path blocks = Path.of("/sys/class/block");
        Assumptions.assumeTrue(Files.isDirectory(blocks), "no /sys/class/block here");
        try (Stream<Path> names = Files.list(blocks)) {
            Path found = names.map(name -> Path.of("/dev").resolve(name.getFileName()))
                    .filter(Files::exists)
                    .findFirst()
                    .orElse(null);
            Assumptions.assumeTrue(found != null, "no block device here");
            return found;
        }
    }

    @Test
    void aPathThatCannotBeIsRefused() {
        assertThatThrownBy(() -> new RealHostFiles(Path::of).exists("/a\0b"))
                .isInstanceOf(QubesException.class)
                .hasMessageContaining("no file can have the path /a\\x00b");
    }
}
