package org.qubestools.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.backup.archive.ArchiveFile;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.format.Backup;
import org.qubestools.backup.format.BackupReader;
import org.qubestools.backup.format.ReadOptions;
import org.qubestools.core.Qubes;
import org.qubestools.core.QubesConfig;
import org.qubestools.core.edit.EditHooks;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Progress;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.fixtures.Fixtures;

/** A restore that is cancelled keeps what is in place and leaves nothing else. */
class RestoreCancelTest {
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    private static final RestoreOptions OPTIONS =
            RestoreOptions.builder().ignoreMissing(true).skipDom0Home(true).build();

    @TempDir
    Path dir;

    private final Cancellation cancellation = new Cancellation();

    @BeforeEach
    void makeSystem() throws IOException {
        Files.write(dir.resolve("backup"), Fixtures.bytes("backups/v3-plain.backup"));
        Files.createDirectory(dir.resolve("root"));
        try (Qubes qubes = qubes()) {
            qubes.initStorage(false);
        }
    }

    private Qubes qubes() {
        QubesConfig config =
                QubesConfig.of(Map.of("QUBES_ROOT", dir.resolve("root").toString()), Map.of());
        LockWait now = LockWait.atMost(Duration.ZERO, line -> {});
        return new Qubes(config, LazyVmm.offline(), FileLayer.system(), CLOCK, now, EditHooks.NONE);
    }

    private RestoreResult restore(Progress progress, RestoreLog log) throws IOException {
        try (Qubes qubes = qubes();
                Passphrase passphrase = Passphrase.ofTyped("correct horse battery staple".toCharArray());
                Backup backup = BackupReader.open(
                        ArchiveFile.open(dir.resolve("backup"), line -> {}, line -> {}),
                        passphrase,
                        ReadOptions.standard(dir),
                        line -> {})) {
            RestorePlan plan = RestorePlanner.plan(qubes.load().vms(), null, backup.contents(), OPTIONS);
            RestoreRun run =
                    new RestoreRun(OPTIONS, null, false, CLOCK, FileLayer.system(), progress, log, cancellation);
            return new RestoreJob(qubes, backup, plan, null, run).run();
        }
    }

    /** Cancels at the first byte of data, or at the first line of the log. */
    private final class Canceller implements Progress, RestoreLog {
        private final boolean atData;
        private final List<String> lines = new ArrayList<>();

        Canceller(boolean atData) {
            this.atData = atData;
        }

        @Override
        public void start(long totalBytes) {}

        @Override
        public void item(String name) {}

        @Override
        public void advance(long bytes) {
            if (atData) {
                cancellation.cancel();
            }
        }

        @Override
        public void done() {
            lines.add("done");
        }

        @Override
        public void note(String line) {
            if (line.startsWith("default-template")) {
                cancellation.cancel();
            }
        }

        @Override
        public void warn(String line) {
            lines.add(line);
        }
    }

    private List<String> hidden() throws IOException {
        try (Stream<Path> entries = Files.list(dir.resolve("root/var/lib/qubes"))) {
            return entries.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("."))
                    .toList();
        }
    }

    @Test
    void whileItUnpacksNothingIsKept() throws IOException {
        Canceller canceller = new Canceller(true);

        RestoreResult result = restore(canceller, canceller);

        assertThat(result.cancelled()).isTrue();
        assertThat(result.isGood()).isFalse();
        assertThat(result.with(RestoreOutcome.Status.NOT_REACHED)).hasSize(3);
        assertThat(canceller.lines).isEmpty();
        assertThat(hidden()).isEmpty();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(dir.resolve("root/var/lib/qubes/vm-templates/fedora-23")).doesNotExist();
    }

    @Test
    void whileItPutsVmsInPlaceThoseThatAreThereStay() throws IOException {
        Canceller canceller = new Canceller(false);

        RestoreResult result = restore(canceller, canceller);

        assertThat(result.cancelled()).isTrue();
        assertThat(result.with(RestoreOutcome.Status.RESTORED))
                .extracting(outcome -> outcome.vm().name())
                .containsExactly("fedora-23");
        assertThat(hidden()).isEmpty();
        assertThat(dir.resolve("root/var/lib/qubes/vm-templates/fedora-23/root.img"))
                .exists();
        assertThat(dir.resolve("root/var/lib/qubes/appvms/work")).doesNotExist();
    }
}
