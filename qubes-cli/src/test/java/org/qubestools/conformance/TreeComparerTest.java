package org.qubestools.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.Subprocess;

/** A tree as it is listed, and the same tree with one fault each. */
final class TreeComparerTest {
    private static final int IMAGE = 2 << 20;
    private static final String DIRECTORY = "{'path': 'vm5', 'type': 'dir', 'mode': '0755'}";
    private static final String LINK = "{'path': 'vm5/icon.png', 'type': 'symlink', 'target': 'vm5//usr/x/'}";
    private static final String TEXT = "{'path': 'vm5/text', 'type': 'file', 'mode': '0640', 'mtime': 1400000000,"
            + " 'size': 6, 'nonzero_512_blocks': 1,"
            + " 'sha256': '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03'}";
    private static final String IMG =
            "{'path': 'vm5/private.img', 'type': 'file', 'size': 2097152," + " 'nonzero_512_blocks': 1}";

    @TempDir
    private Path directory;

    private Path tree;

    @BeforeEach
    void makeTree() throws IOException {
        tree = directory.resolve("tree");
        Path vm = Files.createDirectories(tree.resolve("vm5"));
        mode(vm, "rwxr-xr-x");
        link("vm5//usr/x/");
        text("hello\n");
        image(false);
    }

    private static void mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    /** By ln: a path of the JDK has no doubled slashes. */
    private void link(String target) {
        Subprocess.of("ln", "-sfn", target, tree.resolve("vm5/icon.png").toString())
                .run()
                .requireSuccess();
    }

    private void text(String content) throws IOException {
        Path file = Files.writeString(tree.resolve("vm5/text"), content);
        mode(file, "rw-r-----");
        Files.setLastModifiedTime(file, FileTime.from(1_400_000_000, TimeUnit.SECONDS));
    }

    private void image(boolean dense) throws IOException {
        Files.deleteIfExists(tree.resolve("vm5/private.img"));
        try (RandomAccessFile image =
                new RandomAccessFile(tree.resolve("vm5/private.img").toString(), "rw")) {
            if (dense) {
                image.write(new byte[IMAGE]);
                image.getFD().sync();
            }
            image.setLength(IMAGE);
            image.seek(IMAGE / 2);
            image.write(1);
        }
    }

    private BackupFixture fixture(String outer, String... members) throws IOException {
        Path file = directory.resolve("b.json");
        String json = "{'outer_members': [" + outer + "], 'contents': [" + String.join(", ", members) + "]}";
        Files.writeString(file, json.replace('\'', '"'));
        return new BackupFixture(file);
    }

    private List<String> compare(BackupFixture fixture) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Report report = new Report(new PrintStream(out, true, StandardCharsets.UTF_8), "not possible here");
        new TreeComparer(tree, directory).run("b", fixture.contents(), report);
        report.close();
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private List<String> compare(String... members) throws IOException {
        return compare(fixture("", members));
    }

    private void assertOneFault(String fault) throws IOException {
        List<String> lines = compare(DIRECTORY, LINK, TEXT, IMG);

        assertThat(lines.get(0)).startsWith("FAILED b " + fault);
        assertThat(lines.get(lines.size() - 1)).startsWith("4 passed, 1 failed, ");
    }

    @Test
    void aTreeAsListedPasses() throws IOException {
        List<String> lines = compare(DIRECTORY, LINK, TEXT, IMG);

        assertThat(lines.get(lines.size() - 1)).startsWith("5 passed, 0 failed, ");
    }

    @Test
    void anotherContentIsNamed() throws IOException {
        text("Hello\n");

        assertOneFault(
                "vm5/text: SHA-256 is 66a045b452102c59d840ec097d59d9467e13a3f34f6494e539ffd32c1bb35f18, not 5891");
    }

    @Test
    void anotherSizeIsNamed() throws IOException {
        text("hello\n\n");

        assertOneFault("vm5/text: size is 7, not 6; SHA-256 is ");
    }

    @Test
    void dataInAnotherNumberOfBlocksAreNamed() throws IOException {
        try (RandomAccessFile image =
                new RandomAccessFile(tree.resolve("vm5/private.img").toString(), "rw")) {
            image.seek(512);
            image.write(1);
        }

        assertOneFault("vm5/private.img: number of blocks with data is 2, not 1");
    }

    @Test
    void anotherModeIsNamed() throws IOException {
        mode(tree.resolve("vm5/text"), "rw-r--r--");

        assertOneFault("vm5/text: mode is 0644, not 0640");
    }

    @Test
    void setIdBitsBelongToTheMode() throws IOException {
        Files.setAttribute(tree.resolve("vm5"), "unix:mode", 02755);

        assertOneFault("vm5: mode is 2755, not 0755");
    }

    @Test
    void anotherTimeIsNamed() throws IOException {
        Files.setLastModifiedTime(tree.resolve("vm5/text"), FileTime.from(1_400_000_001, TimeUnit.SECONDS));

        assertOneFault("vm5/text: mtime is 1400000001, not 1400000000");
    }

    @Test
    void anotherTargetIsNamedToTheByte() throws IOException {
        link("vm5/usr/x/");

        assertOneFault("vm5/icon.png: target is vm5/usr/x/, not vm5//usr/x/");
    }

    @Test
    void anotherTypeIsNamed() throws IOException {
        Files.delete(tree.resolve("vm5/icon.png"));
        Files.createDirectory(tree.resolve("vm5/icon.png"));

        assertOneFault("vm5/icon.png: is a dir, not a symlink");
    }

    @Test
    void aLinkToTheRightContentIsNoFile() throws IOException {
        Files.move(tree.resolve("vm5/text"), directory.resolve("text"));
        Files.createSymbolicLink(tree.resolve("vm5/text"), directory.resolve("text"));

        assertOneFault("vm5/text: is a symlink, not a file");
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        Files.delete(tree.resolve("vm5/text"));

        assertOneFault("vm5/text: missing");
    }

    @Test
    void anExtraFileIsNamedWithoutItsControlCharacters() throws IOException {
        Files.createFile(tree.resolve("vm5/extra\n\u001b"));

        assertOneFault("nothing else: there are also [vm5/extra\\x0a\\x1b]");
    }

    @Test
    void aDenseImageIsNamed() throws IOException {
        assumeThat(DiskRoom.below(tree, directory).canHaveHoles()).isTrue();
        image(true);

        assertOneFault("vm5/private.img: takes 2097152 bytes on disk, its data need 4096");
    }

    @Test
    void namesOfOneFileAreOneFile() throws IOException {
        Files.createLink(tree.resolve("vm5/a"), tree.resolve("vm5/text"));
        String a = TEXT.replace("vm5/text", "vm5/a");
        String grouped = TEXT.replace("{", "{'hardlink_group': 1, ");

        assertThat(compare(DIRECTORY, LINK, IMG, grouped, grouped.replace("vm5/text", "vm5/a")))
                .last()
                .asString()
                .startsWith("6 passed, 0 failed, ");
        assertThat(compare(DIRECTORY, LINK, IMG, TEXT, a))
                .startsWith(
                        "FAILED b vm5/a: is one file with the names [vm5/a, vm5/text], not [vm5/a]",
                        "FAILED b vm5/text: is one file with the names [vm5/a, vm5/text], not [vm5/text]");
        Files.delete(tree.resolve("vm5/a"));
        Files.copy(tree.resolve("vm5/text"), tree.resolve("vm5/a"), StandardCopyOption.COPY_ATTRIBUTES);
        assertThat(compare(DIRECTORY, LINK, IMG, grouped, grouped.replace("vm5/text", "vm5/a")))
                .startsWith(
                        "FAILED b vm5/a: is one file with the names [vm5/a], not [vm5/a, vm5/text]",
                        "FAILED b vm5/text: is one file with the names [vm5/text], not [vm5/a, vm5/text]");
    }

    @Test
    void onlyADirectoryThatNoArchiveHoldsMayBeMorePrivate() throws IOException {
        mode(tree.resolve("vm5"), "rwx------");

        assertOneFault("vm5: mode is 0700, not 0755");
        String outer = "{'name': 'vm5/private.img.000.hmac'}";
        assertThat(compare(fixture(outer, DIRECTORY, LINK, TEXT, IMG)).get(0)).startsWith("5 passed, 0 failed, ");
        String archived = outer + ", {'name': 'vm5/..000.enc'}";
        assertThat(compare(fixture(archived, DIRECTORY, LINK, TEXT, IMG)).get(0))
                .startsWith("FAILED b vm5: mode");
        mode(tree.resolve("vm5"), "rwxrwxr-x");
        assertThat(compare(fixture(outer, DIRECTORY, LINK, TEXT, IMG)).get(0))
                .isEqualTo("FAILED b vm5: mode is 0775, not 0755");
    }

    /** Made by touch: the JDK makes a path of a text only, and no text is these bytes. */
    @Test
    void namesAreBytes() throws IOException {
        Subprocess.of("sh", "-c", "cd \"$0\" && touch \"$(printf 'vm5/\\377\\303\\274%%41')\"", tree.toString())
                .run()
                .requireSuccess();
        String bytes = "{'path': 'vm5/\\udcffü%41', 'type': 'file', 'size': 0}";

        assertThat(compare(DIRECTORY, LINK, TEXT, IMG, bytes)).last().asString().startsWith("6 passed, 0 failed, ");
        assertThat(compare(DIRECTORY, LINK, TEXT, IMG, bytes.replace("\\udcff", "\\u00ff")))
                .startsWith(
                        "FAILED b vm5/\\xc3\\xbf\\xc3\\xbc%41: missing",
                        "FAILED b nothing else: there are also [vm5/\\xff\\xc3\\xbc%41]");
    }
}
