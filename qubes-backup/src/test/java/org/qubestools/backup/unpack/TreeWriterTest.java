package org.qubestools.backup.unpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.CountingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.posix.PosixFiles;
import org.qubestools.core.posix.RawPath;

/** Each character of the names in these tests is one byte. */
final class TreeWriterTest {
    private static final String ODD = "\u00ff\n\u00c3";

    @TempDir
    Path root;

    private TreeWriter tree() {
        return new TreeWriter(root, FileLayer.system());
    }

    @Test
    void namesOfNoEncodingAreMadeAsTheyAre() throws IOException {
        TreeWriter tree = tree();
        tree.directory(name(ODD), 0750, 1_000_000_000L);
        file(tree, ODD + "/\u00fe", "content");
        file(tree, "new\u00ff/below/\u00c3\u00a9", "more");
        tree.hardLink(name("second\u00ff"), name(ODD + "/\u00fe"));
        tree.symlink(name("link\u00ff"), name("../\u00ff//x/"), 1_000_000_001);
        tree.finish();

        assertThat(names())
                .containsExactlyInAnyOrder(
                        ODD,
                        ODD + "/\u00fe",
                        "new\u00ff",
                        "new\u00ff/below",
                        "new\u00ff/below/\u00c3\u00a9",
                        "second\u00ff",
                        "link\u00ff");
        assertThat(Files.readString(path("second\u00ff"))).isEqualTo("content");
        assertThat(Files.getAttribute(path("second\u00ff"), "unix:nlink")).isEqualTo(2);
        assertThat(RawPath.bytes(Files.readSymbolicLink(path("link\u00ff"))))
                .isEqualTo(name("../\u00ff//x/").bytes());
        assertThat(Files.getAttribute(path(ODD), "unix:mode")).isEqualTo(0040750);
        assertThat(Files.getLastModifiedTime(path(ODD)).toMillis()).isEqualTo(1_000_000_000_000L);
        assertThat(Files.getLastModifiedTime(path("link\u00ff"), LinkOption.NOFOLLOW_LINKS)
                        .toMillis())
                .isEqualTo(1_000_000_001_000L);
    }

    @Test
    void aFileOfAnyNameHasHoles() throws IOException {
        TreeWriter tree = tree();
        long size = 64L << 30;
        TarEntry entry = entry("sparse\u00ff", size);
        byte[] data = {1};

        tree.file(entry.path(), entry, 0600, sink -> sink.data(5, data, 0, 1));
        tree.finish();

        List<Long> lengths = new ArrayList<>();
        long found = PosixFiles.load().dataExtents(path("sparse\u00ff"), (offset, length) -> lengths.add(length));
        assertThat(found).isEqualTo(size);
        assertThat(lengths).singleElement().matches(length -> length <= 1 << 16);
    }

    @Test
    void whatIsTakenBackIsGoneWhateverItsName() throws IOException {
        TreeWriter tree = tree();
        file(tree, "kept\u00ff/file", "1");
        tree.settle();
        file(tree, "kept\u00ff/\u00fe", "2");
        file(tree, ODD + "/\u00fe", "3");
        tree.symlink(name("link\u00ff"), name("a//\u00ff"), 0);

        tree.takeBack();
        tree.finish();

        assertThat(names()).containsExactlyInAnyOrder("kept\u00ff", "kept\u00ff/file");
    }

    @Test
    void lostSlashesInTheTargetOfALinkAreTold() throws IOException {
        TreeWriter tree = new TreeWriter(root, new WithoutJna());

        assertThat(tree.symlink(name("same"), name("a/\u00ff"), 0)).isTrue();
        assertThat(tree.symlink(name("other"), name("a//\u00ff/"), 0)).isFalse();
        assertThat(tree().symlink(name("exact"), name("a//\u00ff/"), 0)).isTrue();
    }

    /** Makes links as a process does that cannot load JNA. */
    private static final class WithoutJna extends CountingFileLayer {
        @Override
        protected void before(int number, String operation) {}

        @Override
        public void createSymlink(Path link, byte[] target) throws IOException {
            Files.createSymbolicLink(link, RawPath.of(target));
        }
    }

    @Test
    void nothingIsReplacedAndNoLinkFollowed() throws IOException {
        TreeWriter tree = tree();
        tree.symlink(name("\u00ff"), name("."), 0);

        assertThatThrownBy(() -> file(tree, "\u00ff", "1"))
                .isInstanceOf(DamagedArchive.class)
                .hasMessage("cannot write '\\ufffd': it is there already, and nothing is replaced");
        assertThatThrownBy(() -> tree.symlink(name("\u00ff"), name("a//b"), 0))
                .isInstanceOf(DamagedArchive.class)
                .hasMessage("cannot write '\\ufffd': it is there already, and nothing is replaced");
        assertThatThrownBy(() -> file(tree, "\u00ff/below", "1"))
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining("something that is no directory stands there");
    }

    @Test
    void aNameTooLongForTheFileSystemIsTheArchivesFault() throws IOException {
        TreeWriter tree = tree();

        assertThatThrownBy(() -> file(tree, "x".repeat(256), "1"))
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining("File name too long");
        assertThatThrownBy(() -> tree.symlink(name("empty"), name(""), 0)).isInstanceOf(DamagedArchive.class);
        file(tree, "short", "1");
        assertThat(names()).containsExactly("short");
    }

    @Test
    void aFullDiskOrAMissingPermissionIsNot() {
        for (String reason : List.of("No space left on device", "Permission denied", "Read-only file system")) {
            TreeWriter tree = new TreeWriter(root, new Failing(reason));

            assertThatThrownBy(() -> file(tree, "x", "1"))
                    .isInstanceOf(QubesException.class)
                    .hasMessage("cannot write 'x': " + reason);
        }
    }

    /** Makes no files, for this reason. */
    private static final class Failing extends CountingFileLayer {
        private final String reason;

        Failing(String reason) {
            this.reason = reason;
        }

        @Override
        protected void before(int number, String operation) throws IOException {
            throw new FileSystemException("x", null, reason);
        }
    }

    @Test
    void aDirectoryThatStaysWhenItIsTakenBackGetsItsModeAndTime() throws IOException {
        TreeWriter tree = tree();
        tree.directory(name("stays"), 0711, 1_000_000_000L);
        tree.directory(name("goes"), 0711, 1_000_000_000L);
        Files.writeString(root.resolve("stays/of others"), "x");

        tree.takeBack();
        tree.finish();

        assertThat(names()).containsExactlyInAnyOrder("stays", "stays/of others");
        assertThat(Files.getAttribute(root.resolve("stays"), "unix:mode")).isEqualTo(0040711);
        assertThat(Files.getLastModifiedTime(root.resolve("stays")).toMillis()).isEqualTo(1_000_000_000_000L);
    }

    @Test
    void aDirectoryThatWasThereKeepsItsModeIfTheArchiveIsTakenBack() throws IOException {
        Files.createDirectory(root.resolve("old"));
        Object before = Files.getAttribute(root.resolve("old"), "unix:mode");
        TreeWriter tree = tree();
        tree.directory(name("old"), 0, 1_000_000_000L);

        tree.takeBack();
        tree.finish();

        assertThat(Files.getAttribute(root.resolve("old"), "unix:mode")).isEqualTo(before);
    }

    @Test
    void aDirectoryNamedAfterItsFilesGetsItsOwnMode() throws IOException {
        TreeWriter tree = tree();
        file(tree, "top/file", "1");
        tree.directory(name("top"), 0700, 1_000_000_000L);
        tree.finish();

        assertThat(Files.getAttribute(root.resolve("top"), "unix:mode")).isEqualTo(0040700);
        assertThat(Files.getLastModifiedTime(root.resolve("top")).toMillis()).isEqualTo(1_000_000_000_000L);
    }

    @Test
    void namesThatLeadElsewhereOrNowhereAreRefused() {
        TreeWriter tree = tree();
        for (String bad : List.of("../\u00ff", "\u00ff/../../x", "/\u00ff", "\u00ff/./x", "\u00ff\0", "a\0")) {
            assertThatThrownBy(() -> file(tree, bad, "1")).as(bad).isInstanceOf(DamagedArchive.class);
        }
        assertThatThrownBy(() -> tree.symlink(name("link"), name("\0"), 0)).isInstanceOf(DamagedArchive.class);
    }

    private static void file(TreeWriter tree, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
        TarEntry entry = entry(name, bytes.length);
        tree.file(entry.path(), entry, 0644, sink -> sink.data(0, bytes, 0, bytes.length));
    }

    private static TarEntry entry(String name, long size) {
        return new TarEntry(name(name), EntryType.FILE, 0644, 0, SparseMap.dense(size), ByteName.of(""));
    }

    private static ByteName name(String bytes) {
        return ByteName.of(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Path path(String name) {
        return root.resolve(RawPath.of(name(name).bytes()));
    }

    private List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(root)) {
            walk.skip(1)
                    .forEach(path ->
                            names.add(new String(RawPath.bytes(root.relativize(path)), StandardCharsets.ISO_8859_1)));
        }
        return names;
    }
}
