package org.qubestools.backup.unpack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.ArchiveFile;
import org.qubestools.backup.build.ArchiveBuilder;
import org.qubestools.backup.build.Compressed;
import org.qubestools.backup.build.InnerTar;
import org.qubestools.backup.build.OuterTar;
import org.qubestools.backup.build.ReadBack;
import org.qubestools.backup.build.Sealing;
import org.qubestools.backup.build.TarHeader;
import org.qubestools.backup.format.BackupReader;
import org.qubestools.backup.format.ItemProblem;
import org.qubestools.backup.format.PassResult;
import org.qubestools.backup.format.ReadOptions;
import org.qubestools.core.io.FileLayer;

/** Inner archives that are authentic and hostile; sections 16.6 and 25.4 of the format. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileArchiveTest {
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final String TOP = "vm4/apps.templates";

    @TempDir
    private Path directory;

    private Path target;
    private Path outside;

    @BeforeEach
    void makeDirectories() throws IOException {
        Files.createDirectory(directory.resolve("targets"));
        freshTarget();
        outside = Files.writeString(directory.resolve("outside"), "untouched");
    }

    private void freshTarget() throws IOException {
        target = Files.createTempDirectory(directory.resolve("targets"), "target");
    }

    /** A VM with an image and this directory, then a VM that is sound. */
    private static OuterTar backup(byte[] apps) {
        return ArchiveBuilder.v4()
                .filter("gzip")
                .vm("work", 4)
                .file("private.img", DATA)
                .archive("apps.templates", apps)
                .vm("mail", 5)
                .file("private.img", DATA)
                .build();
    }

    private static byte[] apps(UnaryOperator<InnerTar> evil) {
        return evil.apply(new InnerTar().directory(TOP).file(TOP + "/ok", DATA)).end();
    }

    private PassResult extract(OuterTar archive) {
        TreeWriter tree = new TreeWriter(target, FileLayer.system());
        Extractor extractor = new Extractor(tree, path -> true, SizeLimit.none());
        try (BackupReader reader = BackupReader.open(
                ArchiveFile.ofStream(new ByteArrayInputStream(archive.bytes()), text -> {}, text -> {}),
                Sealing.passphrase(ArchiveBuilder.PASSPHRASE),
                ReadOptions.standard(directory),
                text -> {})) {
            PassResult result = reader.read(reader.contents().items(), extractor);
            tree.finish();
            return result;
        }
    }

    private void assertRefused(UnaryOperator<InnerTar> evil, String reason) throws IOException {
        OuterTar archive = backup(apps(evil));
        freshTarget();

        PassResult result = extract(archive);

        assertThat(result.failed().values())
                .extracting(ItemProblem::text)
                .singleElement()
                .asString()
                .startsWith("VM 'work', file vm4/apps.templates")
                .contains(reason)
                .isPrintable();
        assertNothingOutside();
        assertThat(target.resolve(TOP)).as("an unsound archive leaves nothing").doesNotExist();
        assertThat(target.resolve("vm5/private.img")).hasBinaryContent(DATA);
        assertThat(ReadBack.of(archive).problems()).singleElement().asString().contains(reason);
    }

    private void assertNothingOutside() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all).containsExactlyInAnyOrder(directory.resolve("targets"), outside);
        }
        assertThat(outside).hasContent("untouched");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside",
                "vm4/../../outside",
                TOP + "/../../../outside",
                "/tmp/outside",
                "//x",
                "..",
                "/",
                TOP + "/..",
                TOP + "/a/../b"
            })
    void namesThatLeadElsewhereFailTheirVm(String name) throws IOException {
        assertRefused(tar -> tar.file(name, DATA), "leads elsewhere");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"vm4/private.img", "vm4", "vm5/private.img", "vm4/apps.templates2", "x", "dom0-home/user/x"})
    void namesOfOtherArchivesFailTheirVm(String name) throws IOException {
        assertRefused(tar -> tar.file(name, DATA), "does not belong into it");
    }

    @Test
    void fileBelowALinkFailsItsVm() throws IOException {
        assertRefused(
                tar -> tar.symlink(TOP + "/l", directory.toString()).file(TOP + "/l/outside", DATA),
                "is below something that is no directory");
        assertRefused(
                tar -> tar.file(TOP + "/f", DATA).file(TOP + "/f/x", DATA), "is below something that is no directory");
    }

    @Test
    void aLinkInThePlaceOfADirectoryFailsItsVm() throws IOException {
        assertRefused(tar -> tar.file(TOP + "/d/x", DATA).symlink(TOP + "/d", directory.toString()), "is there twice");
        assertRefused(tar -> tar.symlink(TOP + "/l", outside.toString()).file(TOP + "/l", DATA), "is there twice");
        assertRefused(tar -> tar.symlink(TOP + "/l", "..").directory(TOP + "/l"), "is there twice");
    }

    @Test
    void doubledNamesFailTheirVm() throws IOException {
        assertRefused(tar -> tar.file(TOP + "/ok", DATA), "is there twice");
        assertRefused(tar -> tar.file(TOP + "/./ok", DATA), "is there twice");
        assertRefused(tar -> tar.directory(TOP + "/d").directory(TOP + "/d/"), "is there twice");
    }

    @Test
    void hardLinksOutOfTheArchiveFailTheirVm() throws IOException {
        for (String to : List.of(outside.toString(), "../outside", "vm4/private.img", TOP + "/later", TOP)) {
            assertRefused(tar -> tar.hardLink(TOP + "/h", to), "leads to no file of this archive");
        }
        assertRefused(
                tar -> tar.symlink(TOP + "/l", outside.toString()).hardLink(TOP + "/h", TOP + "/l"),
                "leads to no file of this archive");
    }

    @Test
    void limit22_exabytesFailTheirVm() throws IOException {
        assertRefused(tar -> tar.raw(TarHeader.gnu(TOP + "/big").size(Long.MAX_VALUE)), "17592186044416 are allowed");
        assertRefused(tar -> tar.raw(TarHeader.gnu(TOP + "/big").size(1L << 43)), "ends inside");
    }

    @Test
    void limit22_longNamesAndDeepPathsFailTheirVm() throws IOException {
        assertRefused(tar -> tar.file(TOP + "/" + "n".repeat(4096), DATA), "bytes");
        assertRefused(tar -> tar.file(TOP + "/a".repeat(600), DATA), "more than 512 levels");
    }

    @Test
    void namesWithNulFailTheirVm() throws IOException {
        assertRefused(tar -> tar.file(TOP + "/" + "x".repeat(256), DATA), "a part of more than 255 bytes");
        assertRefused(tar -> tar.pax("path", TOP + "/a\0b").raw(TarHeader.ustar("x")), "leads elsewhere");
    }

    /** Ten gigabytes of zeros in ten megabytes would be fine as the data of a file, and are not behind its end. */
    @Test
    void limit22_whatFollowsTheEndIsNotDecompressed() throws IOException {
        byte[] apps = apps(tar -> tar.raw(new byte[3 << 20]));

        assertThat(extract(backup(apps)).failed().values())
                .extracting(ItemProblem::reason)
                .containsExactly("something follows the end of the inner archive");
    }

    @Test
    void twoArchivesWithTheSameFilesFailTheirVm() throws IOException {
        OuterTar archive = ArchiveBuilder.v4()
                .vm("work", 4)
                .file("private.img", DATA)
                .archive(
                        ".",
                        new InnerTar()
                                .directory("vm4")
                                .file("vm4/private.img", new byte[9])
                                .end())
                .vm("mail", 5)
                .file("private.img", DATA)
                .build();

        assertThat(extract(archive).failed().values())
                .extracting(ItemProblem::text)
                .containsExactly("VM 'work', file vm4/., chunk 0: its files would be those of another of its archives");
        assertThat(target.resolve("vm5/private.img")).hasBinaryContent(DATA);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "4", "6"})
    void devicesAndPipesAreNeverMade(String type) throws IOException {
        OuterTar archive = backup(apps(tar -> tar.special(TOP + "/dev", type.charAt(0))));

        extract(archive);

        assertThat(Files.exists(target.resolve(TOP + "/dev"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
        assertNothingOutside();
        assertThat(ReadBack.of(archive).problems()).singleElement().asString().contains("which no VM has");
    }

    @Test
    void anImageThatIsALinkFailsItsVm() throws IOException {
        OuterTar archive = ArchiveBuilder.v4()
                .vm("work", 4)
                .archive(
                        "private.img",
                        new InnerTar().symlink("vm4/private.img", "/etc/shadow").end())
                .build();

        assertThat(ReadBack.of(archive).problems())
                .singleElement()
                .asString()
                .contains("'vm4/private.img' is a symbolic link, which is not allowed there");
    }

    @Test
    void anArchiveOfAnImageHoldsTheImageAndNothingElse() {
        byte[] other = InnerTar.of("vm4/private.img.x", DATA);
        byte[] dir = new InnerTar()
                .directory("vm4/private.img")
                .file("vm4/private.img/x", DATA)
                .end();

        for (byte[] tar : new byte[][] {other, dir, new InnerTar().end()}) {
            OuterTar archive = ArchiveBuilder.v4()
                    .vm("work", 4)
                    .archive("private.img", tar)
                    .build();
            assertThat(ReadBack.of(archive).problems()).hasSize(1);
        }
    }

    @Test
    void anExistingLinkInTheWayIsNotFollowed() throws IOException {
        Files.createSymbolicLink(target.resolve("vm4"), directory);

        PassResult result = extract(backup(apps(tar -> tar)));
        assertThat(result.failed()).hasSize(1).asString().contains("something that is no directory stands there");
        assertThat(target.resolve("vm5/private.img")).hasBinaryContent(DATA);
        assertNothingOutside();
    }

    @Test
    void setIdBitsAreDropped() throws IOException {
        extract(backup(apps(tar -> tar.raw(TarHeader.gnu(TOP + "/s").mode(06755)))));

        assertThat(Files.getAttribute(target.resolve(TOP + "/s"), "unix:mode")).isEqualTo(0100755);
    }

    @Test
    void compressedDataOfAnotherKindFailTheirVm() {
        OuterTar archive = ArchiveBuilder.v3()
                .filter("gzip")
                .vm("work", 4)
                .archive("private.img", InnerTar.of("appvms/work/private.img", DATA))
                .build();
        OuterTar changed = new OuterTar(archive.members().subList(0, 4));
        ArchiveBuilder.v3()
                .chunk("appvms/work/private.img.000", Compressed.with("xz", DATA))
                .forEach(changed::add);

        assertThat(ReadBack.of(changed).problems())
                .containsExactly("VM 'work', file appvms/work/private.img, chunk 0: there is no gzip stream");
    }
}
