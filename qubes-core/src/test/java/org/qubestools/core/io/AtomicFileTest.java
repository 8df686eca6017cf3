package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    private static final byte[] NEW = "new content".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path dir;

    @Test
    void contentAndModeAreReplaced() throws IOException {
        Path target = Files.writeString(dir.resolve("target"), "old");

        AtomicFile.replace(FileLayer.system(), target, NEW, 0640, Ownership.leftAlone());

        assertThat(target).hasBinaryContent(NEW);
        assertThat(UnixStat.mode(target)).isEqualTo(0640);
        assertThat(dir).isDirectoryNotContaining("glob:**target.qvm*");
    }

    @Test
    void absentTargetIsMade() throws IOException {
        AtomicFile.replace(FileLayer.system(), dir.resolve("target"), NEW, 0600, Ownership.leftAlone());

        assertThat(dir.resolve("target")).hasBinaryContent(NEW);
    }

    @Test
    void orderOfOperationsIsDurable() throws IOException {
        CountingFileLayer layer = CountingFileLayer.counting();

        AtomicFile.replace(layer, dir.resolve("target"), NEW, 0600, Ownership.leftAlone());

        assertThat(layer.operations().stream().map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactly("create", "write", "set", "sync", "rename", "sync");
        assertThat(layer.operations().get(5)).isEqualTo("sync " + dir);
    }

    @Test
    void failureBeforeTheRenameLeavesNothing() throws IOException {
        for (int n = 0; n < 5; n++) {
            Path target = Files.writeString(dir.resolve("target"), "old");
            FailingFileLayer layer = FailingFileLayer.at(n);

            assertThatThrownBy(() -> AtomicFile.replace(layer, target, NEW, 0600, Ownership.leftAlone()))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("cannot ")
                    .hasMessageContaining(dir.toString())
                    .hasMessageEndingWith(": No space left on device");

            assertThat(target).hasContent("old");
            assertThat(TestFiles.names(dir)).containsExactly("target");
        }
    }

    @Test
    void refusedClaimStopsTheReplacement() throws IOException {
        Path target = Files.writeString(dir.resolve("target"), "old");
        AtomicFile.Claim refusing = file -> {
            throw new IOException("taken");
        };

        assertThatThrownBy(() ->
                        AtomicFile.install(FileLayer.system(), target, NEW, 0600, Ownership.leftAlone(), refusing))
                .hasMessageStartingWith("cannot lock ")
                .hasMessageEndingWith("taken");

        assertThat(target).hasContent("old");
        assertThat(TestFiles.names(dir)).containsExactly("target");
    }

    @Test
    void groupIsGivenAndOwnerIsKeptByRoot() throws IOException {
        Path target = Files.writeString(dir.resolve("target"), "old");
        assumeTrue(UnixStat.uid(target) == 0, "needs root");
        FileLayer.system().setOwner(target, 1234);
        FileLayer.system().setGroup(target, 4321);

        AtomicFile.replace(FileLayer.system(), target, NEW, 0600, Ownership.group(98));

        assertThat(UnixStat.uid(target)).isEqualTo(1234);
        assertThat(UnixStat.gid(target)).isEqualTo(98);
    }

    @Test
    void groupIsKeptByRootWhenNoneIsGiven() throws IOException {
        Path target = Files.writeString(dir.resolve("target"), "old");
        assumeTrue(UnixStat.uid(target) == 0, "needs root");
        FileLayer.system().setGroup(target, 4321);

        AtomicFile.replace(FileLayer.system(), target, NEW, 0600, Ownership.leftAlone());

        assertThat(UnixStat.gid(target)).isEqualTo(4321);
    }

    @Test
    void onlyStaleTemporaryFilesOfTheTargetAreCleared() throws IOException {
        Path target = Files.writeString(dir.resolve("target"), "old");
        Files.writeString(TempName.beside(target), "half");
        Files.writeString(dir.resolve("target.qvm-notes"), "mine");
        Files.writeString(dir.resolve("target2.qvm-0123456789abcdef"), "other");

        TempName.clearStale(FileLayer.system(), target);

        assertThat(TestFiles.names(dir))
                .containsExactlyInAnyOrder("target", "target.qvm-notes", "target2.qvm-0123456789abcdef");
    }
}
