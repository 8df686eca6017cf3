package org.qubestools.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Subprocess;

final class QcowOverlayTest {
    private static final long GIB = 1L << 30;
    private static final int CLUSTER = 65536;

    @TempDir
    private Path directory;

    private Path overlay(long size) throws IOException {
        Path raw = directory.resolve("root.img");
        FileLayer.system().createSparseFile(raw, size);
        Path overlay = directory.resolve("root-overlay.qcow2");
        QcowOverlay.create(FileLayer.system(), overlay, raw, size);
        return overlay;
    }

    @Test
    void theHeaderNamesTheRawImageAndItsSize() throws IOException {
        ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(overlay(10 * GIB)));

        assertThat(header.getInt(0)).isEqualTo(0x514649fb);
        assertThat(header.getInt(4)).isEqualTo(3);
        byte[] name = new byte[header.getInt(16)];
        header.get((int) header.getLong(8), name);
        assertThat(new String(name, StandardCharsets.UTF_8))
                .isEqualTo(directory.resolve("root.img").toString());
        assertThat(header.getLong(24)).isEqualTo(10 * GIB);
        assertThat(header.getInt(36)).as("entries of the first table").isEqualTo(20);
        assertThat(header.getInt(104)).isEqualTo(0xe2792aca);
        assertThat(header.limit()).isEqualTo(4 * CLUSTER);
    }

    @Test
    void whatIsThereIsNotReplaced() throws IOException {
        Path overlay = overlay(GIB);

        assertThatThrownBy(() -> QcowOverlay.create(FileLayer.system(), overlay, directory.resolve("root.img"), GIB))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    /** Where it is installed: the program that such images are made for. */
    @Test
    void qemuTakesItForWhatItIs() throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-img")), "there is no qemu-img");
        for (long size : new long[] {3 << 20, 10 * GIB + 512, 5000 * GIB}) {
            Path overlay = overlay(size);

            assertThat(qemuImg("check", overlay)).contains("No errors were found");
            assertThat(qemuImg("info", overlay))
                    .contains("backing file format: raw", "(" + size + " bytes)", "root.img");
            Files.delete(overlay);
            Files.delete(directory.resolve("root.img"));
        }
    }

    private static String qemuImg(String word, Path image) {
        return new String(
                Subprocess.of(List.of("/usr/bin/qemu-img", word, image.toString()))
                        .run()
                        .requireSuccess()
                        .stdout(),
                StandardCharsets.UTF_8);
    }
}
