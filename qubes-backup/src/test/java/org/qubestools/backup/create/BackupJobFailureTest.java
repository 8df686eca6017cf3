package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Progress;

/** Whatever fails: the run ends, names it, and leaves nothing. */
@Timeout(60)
class BackupJobFailureTest {
    private static final int MANY_CHUNKS = 20_000_000;

    @TempDir
    Path root;

    private JobWorld world;
    private Path image;

    @BeforeEach
    void makeVm() throws IOException {
        world = new JobWorld(root);
        image = world.vm("work", 5).resolve("private.img");
        byte[] content = new byte[MANY_CHUNKS];
        new Random(3).nextBytes(content);
        JobWorld.write(image, content);
    }

    @AfterEach
    void noTaskIsLeft() {
        assertThat(Thread.interrupted()).isFalse();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("qubes-backup"));
    }

    private static QubesException failure(ThrowingCallable run) {
        AtomicReference<QubesException> failure = new AtomicReference<>();
        assertThatThrownBy(run).isInstanceOfSatisfying(QubesException.class, failure::set);
        return failure.get();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "3e gzip", "4 zstd", "3 cat", "4 lzma"})
    void aFullTargetIsNamed(String format) {
        QubesException failure = failure(() -> {
            try (FileTarget target = FileTarget.create(Path.of("/dev/full"), FileLayer.system())) {
                world.run(WriteFormats.of(format), target, "work");
            }
        });

        assertThat(failure).hasMessage("writing to /dev/full failed: No space left on device");
        assertThat(failure.hint()).contains("make room there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "3 cat", "4"})
    void aCommandThatEndsInTheMiddleIsNamed(String format) {
        QubesException failure = failure(() -> {
            try (CommandTarget target = CommandTarget.start("head -c 1000000 >/dev/null; echo full >&2; exit 9")) {
                world.run(WriteFormats.of(format), target, "work");
            }
        });

        assertThat(failure).hasMessageContaining("ended with status 9 before it had the whole backup: full");
    }

    @Test
    void aFilterThatFailsIsNamedAndNothingIsLeft() throws IOException {
        Path filter = Files.writeString(root.resolve("filter"), "#!/bin/sh\nhead -c 1000000; exit 5\n");
        assertThat(filter.toFile().setExecutable(true)).isTrue();

        QubesException failure = failure(() -> world.write(WriteFormats.of("3 " + filter), "work"));

        assertThat(failure).hasMessageContaining("failed with status 5");
        assertNoBackup();
    }

    private void assertNoBackup() throws IOException {
        try (var names = Files.list(root)) {
            assertThat(names).noneMatch(path -> path.getFileName().toString().startsWith("backup"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "3 cat"})
    void anImageThatShrinksWhileItIsReadIsNamed(String format) throws IOException {
        world.extents = (file, size) -> {
            try (var channel = java.nio.channels.FileChannel.open(image, StandardOpenOption.WRITE)) {
                channel.truncate(1000);
            }
            return SparseMap.dense(size);
        };

        QubesException failure = failure(() -> world.write(WriteFormats.of(format), "work"));

        assertThat(failure).hasMessageContaining("private.img changed its size while it was read");
        assertNoBackup();
    }

    @Test
    void anImageThatGrowsWhileItIsReadIsNamed() throws IOException {
        world.extents = (file, size) -> {
            Files.write(image, new byte[1], StandardOpenOption.APPEND);
            return SparseMap.dense(size);
        };

        assertThat(failure(() -> world.write(WriteFormats.of("3"), "work")))
                .hasMessageContaining("private.img changed its size");
        assertNoBackup();
    }

    @Test
    void aFileOfTheHomeMayGrow() throws IOException {
        Path log = Files.writeString(world.home().resolve("log"), "first");
        world.extents = (file, size) -> {
            if (file.equals(log)) {
                Files.writeString(log, " more", StandardOpenOption.APPEND);
            }
            return SparseMap.dense(size);
        };

        Path archive = world.write(WriteFormats.of("3"), "dom0");

        assertThat(world.extract(archive).resolve("dom0-home/user/log")).hasContent("first");
    }

    @Test
    void whatVanishesFromTheHomeIsLeftOutWithAWarning() throws IOException {
        Files.writeString(world.home().resolve("a"), "a");
        Path gone = Files.writeString(world.home().resolve("b"), "b");
        Files.createDirectory(world.home().resolve("c"));
        world.extents = (file, size) -> {
            Files.deleteIfExists(gone);
            return SparseMap.dense(size);
        };

        Path archive = world.write(WriteFormats.of("3"), "dom0");

        assertThat(world.warnings).containsExactly("'dom0-home/user/b' vanished while its directory was read");
        Path extracted = world.extract(archive).resolve("dom0-home/user");
        assertThat(extracted.resolve("a")).hasContent("a");
        assertThat(extracted.resolve("b")).doesNotExist();
        assertThat(extracted.resolve("c")).isDirectory();
    }

    @Test
    void anInterruptCancelsEvenIfTheTargetTakesNothing() {
        Thread owner = Thread.currentThread();
        CountDownLatch stuck = new CountDownLatch(1);
        world.progress = new Progress() {
            @Override
            public void start(long totalBytes) {}

            @Override
            public void item(String name) {
                stuck.countDown();
            }

            @Override
            public void advance(long bytes) {}

            @Override
            public void done() {}
        };
        Thread interrupter = new Thread(() -> {
            try {
                stuck.await();
                while (owner.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            } catch (InterruptedException e) {
                return;
            }
            owner.interrupt();
        });
        interrupter.start();

        QubesException failure = failure(() -> {
            try (CommandTarget target = CommandTarget.start("sleep 1000")) {
                world.run(WriteFormats.of("3"), target, "work");
            }
        });

        assertThat(failure.kind()).isEqualTo(ErrorKind.CANCELLED);
        Thread.interrupted(); // what cancelled the run
    }

    @ParameterizedTest
    @ValueSource(strings = {"vm-templates/\u00e4/.", "far"})
    void aPathThatNoMemberCanHaveIsToldBeforeAnythingIsWritten(String text) throws IOException {
        String path = text.equals("far") ? "appvms/" + "d".repeat(90) + "/private.img" : text;
        BackupPlan plan = world.plan(WriteFormats.of("3"), "work");
        PlannedBackup work = plan.vms().get(0);
        PlannedFile file = new PlannedFile(image, PlannedFile.Kind.FILE, List.of(), path, 0);
        PlannedBackup far = new PlannedBackup(work.vm(), path, List.of(file), 0, false);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        assertThat(failure(() -> world.run(
                        WriteFormats.of("3"), new StreamTarget(out), new BackupPlan(List.of(far), List.of(), 0))))
                .hasMessageContaining("does not fit into a backup");
        assertThat(out.size()).isZero();
    }

    @Test
    void aDerivationBeyondTheMemoryIsToldFirst() {
        WriteFormat dear = new WriteFormat(
                org.qubestools.backup.format.FormatVersion.V4,
                null,
                org.qubestools.backup.crypto.HmacDigest.SHA512,
                null,
                new org.qubestools.backup.crypto.ScryptCost(20, 8, 1),
                WriteFormats.CHUNK);

        assertThat(failure(() -> world.write(dear, "work"))).hasMessageContaining("needs 1025 MiB of memory");
    }
}
