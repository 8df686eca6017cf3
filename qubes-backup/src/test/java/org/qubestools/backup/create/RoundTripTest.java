package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What we write is what we, and programs that know nothing of us, get back. */
@Timeout(120)
class RoundTripTest {
    private static final long SEED = 31;
    /** What an inner archive has beside a file's data: with these sizes it ends around the borders of chunks too. */
    private static final int TAR = 512 + 1024;

    private static final int[] SIZES = {
        0,
        1,
        511,
        512,
        513,
        4096,
        10240 - TAR,
        10240 - TAR + 1,
        10240,
        WriteFormats.CHUNK - 1,
        WriteFormats.CHUNK,
        WriteFormats.CHUNK + 1,
        WriteFormats.CHUNK - 512,
        3 * WriteFormats.CHUNK,
        5 * WriteFormats.CHUNK + 17,
        300_000
    };

    @TempDir
    Path root;

    private JobWorld world;

    @BeforeEach
    void makeWorld() {
        world = new JobWorld(root);
    }

    static Stream<String> formats() {
        return WriteFormats.ALL.stream();
    }

    private Map<Integer, byte[]> images() throws IOException {
        Map<Integer, byte[]> images = new LinkedHashMap<>();
        Random random = new Random(SEED);
        for (int i = 0; i < SIZES.length; i++) {
            byte[] content = new byte[SIZES[i]];
            random.nextBytes(content);
            images.put(10 + i, content);
            JobWorld.write(world.vm("s" + SIZES[i], 10 + i).resolve("private.img"), content);
        }
        return images;
    }

    private static String place(WriteFormat format, int qid) {
        return format.layout() == BackupLayout.NAMES ? "appvms/s" + SIZES[qid - 10] : "vm" + qid;
    }

    private void assertImages(WriteFormat format, Map<Integer, byte[]> images, Path extracted) {
        images.forEach((qid, content) -> assertThat(extracted.resolve(place(format, qid) + "/private.img"))
                .as("seed %s, %s", SEED, content.length)
                .hasBinaryContent(content));
    }

    private String[] names(Map<Integer, byte[]> images) {
        List<String> names = new ArrayList<>();
        images.keySet().forEach(qid -> names.add("s" + SIZES[qid - 10]));
        return names.toArray(new String[0]);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void imagesOfEverySizeComeBack(String text) throws IOException {
        WriteFormat format = WriteFormats.of(text);
        Map<Integer, byte[]> images = images();

        Path archive = world.write(format, names(images));

        assertImages(format, images, world.extract(archive));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void otherProgramsGetTheSame(String text) throws IOException {
        WriteFormat format = WriteFormats.of(text);
        Map<Integer, byte[]> images = images();
        images.keySet().removeIf(qid -> format.isV4() && qid % 3 != 0); // a derivation for each chunk

        Path archive = world.write(format, names(images));

        assertImages(format, images, Emergency.unpack(format, archive, root));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "3e gzip", "4 zstd"})
    void aHomeComesBackWithNamesLinksModesAndTimes(String text) throws IOException {
        WriteFormat format = WriteFormats.of(text);
        Homes.fill(world.home());

        Path archive = world.write(format, "dom0");

        Map<String, String> before = TreeFacts.of(world.home());
        Path there = Path.of("dom0-home/user");
        assertThat(TreeFacts.of(world.extract(archive).resolve(there))).isEqualTo(before);
        assertThat(TreeFacts.of(Emergency.unpack(format, archive, root).resolve(there)))
                .isEqualTo(before);
        assertThat(world.warnings).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "3e gzip", "4"})
    void aTemplateComesBack(String text) throws IOException {
        WriteFormat format = WriteFormats.of(text);
        Path template = world.template();
        for (String file :
                List.of("root.img", "private.img", "apps.templates/x.desktop", "whitelisted-appmenus.list")) {
            JobWorld.write(template.resolve(file), file.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }

        Path archive = world.write(format, "tpl");

        String place = format.layout() == BackupLayout.NAMES ? "vm-templates/tpl" : "vm1";
        String small = format.isV4() ? place + "/r3-files" : place;
        for (Path extracted : List.of(world.extract(archive), Emergency.unpack(format, archive, root))) {
            assertThat(extracted.resolve(place + "/root.img")).hasContent("root.img");
            assertThat(extracted.resolve(place + "/private.img")).hasContent("private.img");
            assertThat(extracted.resolve(small + "/apps.templates/x.desktop")).hasContent("apps.templates/x.desktop");
        }
    }

    @Test
    void thousandsOfSmallFilesComeBack() throws IOException {
        Path home = world.home();
        for (int i = 0; i < 5_000; i++) {
            JobWorld.write(home.resolve("d" + i / 100 + "/f" + i), new byte[] {(byte) i});
        }

        Path archive = world.write(WriteFormats.of("4 zstd", 1 << 20), "dom0");
        assertThat(TreeFacts.of(world.extract(archive).resolve("dom0-home/user")))
                .isEqualTo(TreeFacts.of(home))
                .hasSize(5_051);
    }

    @Test
    void theEndOfTheArchiveIsThatOfItsLastMember() throws IOException {
        JobWorld.write(world.vm("work", 5).resolve("private.img"), new byte[100]);

        assertThat(Files.size(world.write(WriteFormats.of("3"), "work")) % 10240)
                .isZero();
    }
}
