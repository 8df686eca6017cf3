package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.CountingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.TaskScope;

@Timeout(60)
class TargetsTest {
    @TempDir
    Path directory;

    private FileTarget file(String name) {
        return FileTarget.create(directory.resolve(name), FileLayer.system());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void aFileGetsItsNameWhenItIsComplete() throws IOException {
        try (FileTarget target = file("backup")) {
            target.stream().write(new byte[] {1, 2, 3});
            assertThat(names()).singleElement().asString().matches("backup\\.qvm-[0-9a-f]{16}");

            target.finish();
        }

        assertThat(names()).containsExactly("backup");
        assertThat(directory.resolve("backup")).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(Files.getAttribute(directory.resolve("backup"), "unix:mode")).isEqualTo(0100600);
    }

    @Test
    void aFileReachesTheDiskWhileItIsWritten() throws IOException {
        byte[] block = new byte[SteadyStream.STEP / 4];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Integer> synced = new ArrayList<>();
        SteadyStream stream = new SteadyStream(out, () -> synced.add(out.size()));

        stream.write(1);
        for (int i = 0; i < 9; i++) {
            block[0] = (byte) i;
            stream.write(block);
        }

        assertThat(synced).containsExactly(1 + 4 * block.length, 1 + 8 * block.length);
        assertThat(out.size()).isEqualTo(1 + 9 * block.length);
        assertThat(out.toByteArray()[1 + 8 * block.length]).isEqualTo((byte) 8);
    }

    @Test
    void closedEarlyNothingIsLeft() throws IOException {
        FileTarget target = file("backup");
        target.stream().write(1);
        target.close();
        target.close();

        assertThat(names()).isEmpty();
    }

    @Test
    void anOldFileStaysUntilTheNewOneIsComplete() throws IOException {
        Path old = Files.writeString(directory.resolve("backup"), "old");
        try (FileTarget target = file("backup")) {
            target.stream().write(1);
        }
        assertThat(old).hasContent("old");

        try (FileTarget target = file("backup")) {
            target.stream().write('n');
            target.finish();
        }
        assertThat(old).hasContent("n");
    }

    /** What replaces nothing writes there, on a file system with hard links or one without; the name it got. */
    private Path written(String content, boolean links) throws IOException {
        FileLayer layer = new CountingFileLayer() {
            @Override
            protected void before(int number, String operation) throws IOException {
                if (!links && operation.contains("link")) {
                    throw new FileSystemException("backup", null, "Operation not permitted");
                }
            }
        };
        try (FileTarget target = FileTarget.createNew(directory.resolve("backup"), layer)) {
            target.stream().write(content.getBytes(StandardCharsets.US_ASCII));
            target.finish();
            assertThat(target.shown()).isEqualTo(target.file().toString());
            return target.file();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNameOfOursReplacesNothing(boolean links) throws IOException {
        Path taken = Files.writeString(directory.resolve("backup-3"), "mine");

        assertThat(written("a", links)).hasFileName("backup").hasContent("a");
        assertThat(written("b", links)).hasFileName("backup-2").hasContent("b");
        assertThat(written("c", links)).hasFileName("backup-4").hasContent("c");

        assertThat(taken).hasContent("mine");
        assertThat(names()).containsExactlyInAnyOrder("backup", "backup-2", "backup-3", "backup-4");
        assertThat(Files.getAttribute(directory.resolve("backup-2"), "unix:nlink"))
                .isEqualTo(1);
    }

    @Test
    void twoThatAreWrittenAtOnceUnderTheSameNameAreBothThere() throws IOException {
        try (FileTarget one = FileTarget.createNew(directory.resolve("backup"), FileLayer.system());
                FileTarget two = FileTarget.createNew(directory.resolve("backup"), FileLayer.system())) {
            one.stream().write('1');
            two.stream().write('2');
            two.finish();
            one.finish();
        }

        assertThat(directory.resolve("backup")).hasContent("2");
        assertThat(directory.resolve("backup-2")).hasContent("1");
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> file("no/backup"))
                .isInstanceOf(QubesException.class)
                .hasMessageContaining("no/backup: no such file or directory");
    }

    @Test
    void aDeviceIsWrittenAsItIs() throws IOException {
        try (FileTarget target = FileTarget.create(Path.of("/dev/null"), FileLayer.system())) {
            target.stream().write(1);
            target.finish();
        }
        assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    }

    @Test
    void aPipeIsWrittenAsItIsAndStays() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Process reader = new ProcessBuilder("cat", pipe.toString()).start();
        try (FileTarget target = FileTarget.create(pipe, FileLayer.system())) {
            target.stream().write("text".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            target.finish();
        }

        assertThat(reader.getInputStream().readAllBytes()).asString().isEqualTo("text");
        assertThat(names()).containsExactly("pipe");
    }

    @Test
    void whatKilledRunsLeftIsFound() throws IOException {
        String token = ".qvm-0123456789abcdef";
        Files.createFile(directory.resolve("qubes-2016-03-01T120000" + token));
        Files.createFile(directory.resolve("mine" + token));
        Files.createFile(directory.resolve("other" + token));
        Files.createFile(directory.resolve("qubes-2016-03-01T120000"));
        Files.createFile(directory.resolve("mine.qvm-0123456789abcdeX"));

        assertThat(FileTarget.unfinished(directory.resolve("mine")))
                .extracting(path -> path.getFileName().toString())
                .containsExactlyInAnyOrder("qubes-2016-03-01T120000" + token, "mine" + token);
        assertThat(FileTarget.unfinished(Path.of("/nonexistent/mine"))).isEmpty();
    }

    @Test
    void theStatusOfACommandDecides() throws IOException {
        Path stored = directory.resolve("stored");
        try (CommandTarget target = CommandTarget.start("sleep 0.2; cat > '" + stored + "'")) {
            target.stream().write('x');
            target.finish();
        }
        assertThat(stored).hasContent("x");

        try (CommandTarget target = CommandTarget.start("cat >/dev/null; echo 'no room' >&2; exit 7")) {
            target.stream().write('x');
            assertThatThrownBy(target::finish)
                    .isInstanceOf(QubesException.class)
                    .hasMessageContaining("failed with status 7")
                    .hasMessageContaining("no room");
        }
    }

    @Test
    void aCommandThatReadsNotAllFailsWhateverItsStatus() {
        try (CommandTarget target = CommandTarget.start("head -c 10 >/dev/null")) {
            OutputStream stream = new TargetStream(target);

            assertThatThrownBy(() -> {
                        while (true) {
                            stream.write(new byte[1 << 16]);
                        }
                    })
                    .isInstanceOf(QubesException.class)
                    .hasMessageContaining("ended with status 0 before it had the whole backup");
        }
    }

    @Test
    void closingACommandEndsAWriterThatWaits() throws Exception {
        try (TaskScope scope = new TaskScope()) {
            CommandTarget target = CommandTarget.start("sleep 1000");
            scope.fork("write", () -> {
                try {
                    while (true) {
                        target.stream().write(new byte[1 << 16]);
                    }
                } catch (IOException e) {
                    return;
                }
            });

            target.close();
            scope.join();
            assertThat(scope.failure()).isNull();
        }
    }

    @Test
    void aReaderOfStandardOutputThatIsGoneIsAnError() {
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };

        assertThatThrownBy(() -> new TargetStream(new StreamTarget(gone)).write(1))
                .isInstanceOf(QubesException.class)
                .hasMessage("writing to standard output failed: Broken pipe");
    }

    @Test
    void standardOutputStaysOpenAfterAGoodBackupOnly() {
        boolean[] closed = {false};
        OutputStream out = new ByteArrayOutputStream() {
            @Override
            public void close() {
                closed[0] = true;
            }
        };
        StreamTarget good = new StreamTarget(out);
        good.finish();
        good.close();
        assertThat(closed[0]).isFalse();

        new StreamTarget(out).close();
        assertThat(closed[0]).isTrue();
    }

    @Test
    void beingStoppedIsNoFailureOfTheTarget() throws IOException {
        FileTarget target = file("backup");
        OutputStream stream = new TargetStream(target);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> stream.write(1)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(Thread.interrupted()).isTrue();
        target.close();
        assertThatThrownBy(() -> target.stream().write(1)).isInstanceOf(ClosedChannelException.class);
    }
}
