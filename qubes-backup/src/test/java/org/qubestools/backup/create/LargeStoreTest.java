package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** What is written of a large qubes.xml can be read, or nothing is. */
@Timeout(60)
class LargeStoreTest {
    private static final int LARGE = 1_330_000;
    /** With a header and an end mark around it, 102 records of tar: the most that is stored. */
    private static final int MOST = PartPacker.MOST_OF_STORE - 512 - 1024;

    @TempDir
    Path root;

    private JobWorld world;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void makeVm() throws IOException {
        world = new JobWorld(root);
        JobWorld.write(world.vm("work", 5).resolve("private.img"), new byte[5000]);
    }

    private void write(WriteFormat format, int size) throws IOException {
        BackupPlan plan = world.plan(format, "work");
        world.run(format, new StreamTarget(out), plan, padded(world.store(format, plan), size));
    }

    /** With a comment of hexadecimal noise behind it, which gzip makes half as large. */
    private static byte[] padded(byte[] store, int size) {
        ByteArrayOutputStream padded = new ByteArrayOutputStream();
        byte[] noise = new byte[size / 2];
        new Random(8).nextBytes(noise);
        padded.writeBytes(store);
        padded.writeBytes("<!--".getBytes(StandardCharsets.US_ASCII));
        String hex = HexFormat.of().formatHex(noise);
        padded.writeBytes(hex.substring(0, size - store.length - 7).getBytes(StandardCharsets.US_ASCII));
        padded.writeBytes("-->".getBytes(StandardCharsets.US_ASCII));
        return padded.toByteArray();
    }

    private QubesException refusal(WriteFormat format, int size) {
        QubesException refusal = catchThrowableOfType(QubesException.class, () -> write(format, size));
        assertThat(refusal).as("a refusal").isNotNull();
        assertThat(refusal.kind()).isEqualTo(ErrorKind.FAILED);
        assertThat(refusal).hasMessageContaining("the qubes.xml of the backup would take more than 1 MiB");
        assertThat(out.size()).isZero();
        return refusal;
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "3e", "4"})
    void oneThatNobodyWouldReadIsRefusedBeforeAnythingIsWritten(String format) {
        assertThat(refusal(WriteFormats.of(format, 4 << 20), LARGE).hint())
                .contains("compress the backup, with -z say");
    }

    @Test
    void aFilterThatDoesNotHelpIsNamed() {
        assertThat(refusal(WriteFormats.of("3 cat", 4 << 20), LARGE).hint())
                .contains("compress better than cat did, with -Z xz say");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "4"})
    void theLargestThatIsWrittenIsReadAndIsOneChunk(String text) throws IOException {
        WriteFormat format = WriteFormats.of(text, 4 << 20);
        write(format, MOST);

        byte[] archive = out.toByteArray();
        assertThat(PackedChunks.members(archive).keySet())
                .filteredOn(name -> name.startsWith("qubes.xml"))
                .first()
                .isEqualTo(format.isV4() ? "qubes.xml.000.enc" : "qubes.xml.000");
        assertThat(PackedChunks.members(archive).keySet()).noneMatch(name -> name.startsWith("qubes.xml.001"));
        assertThat(world.extract(Files.write(root.resolve("archive"), archive)))
                .isDirectoryRecursivelyContaining("glob:**private.img");
        out.reset();
        refusal(format, MOST + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3 gzip", "3e zstd", "4 gzip"})
    void compressedALargeOneFits(String format) throws IOException {
        write(WriteFormats.of(format, 4 << 20), LARGE);

        assertThat(world.extract(Files.write(root.resolve("archive"), out.toByteArray())))
                .isDirectoryRecursivelyContaining("glob:**private.img");
    }

    @Test
    void smallChunksDoNotCutIt() throws IOException {
        write(WriteFormats.of("3"), MOST);

        assertThat(PackedChunks.members(out.toByteArray()).get("qubes.xml.000")).hasSize(PartPacker.MOST_OF_STORE);
    }
}
