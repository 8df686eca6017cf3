package org.qubestools.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
import org.qubestools.core.io.CrashingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Progress;
import org.qubestools.core.io.SimulatedCrash;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.fixtures.Fixtures;

/** A restore that ends at any operation on a file leaves each VM whole or absent, and the next one does the rest. */
class RestoreCrashTest {
    private static final int STEP = 5;
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    private static final Map<String, String> DIRECTORIES =
            Map.of("fedora-23", "vm-templates/fedora-23", "work", "appvms/work", "personal", "appvms/personal");
    private static final RestoreOptions OPTIONS = RestoreOptions.builder()
            .ignoreMissing(true)
            .skipConflicting(true)
            .skipDom0Home(true)
            .build();

    @TempDir
    Path dir;

    private Path root;

    private static final class Silence implements RestoreLog {
        @Override
        public void note(String line) {}

        @Override
        public void warn(String line) {}
    }

    private Qubes qubes(FileLayer layer) {
        QubesConfig config = QubesConfig.of(Map.of("QUBES_ROOT", root.toString()), Map.of());
        return new Qubes(
                config, LazyVmm.offline(), layer, CLOCK, LockWait.atMost(Duration.ZERO, line -> {}), EditHooks.NONE);
    }

    private RestoreResult restore(FileLayer layer) throws IOException {
        try (Qubes qubes = qubes(layer);
                Passphrase passphrase = Passphrase.ofTyped("correct horse battery staple".toCharArray());
                Backup backup = BackupReader.open(
                        ArchiveFile.open(dir.resolve("backup"), line -> {}, line -> {}),
                        passphrase,
                        ReadOptions.standard(dir),
                        line -> {})) {
            RestorePlan plan = RestorePlanner.plan(qubes.load().vms(), null, backup.contents(), OPTIONS);
            RestoreRun run = new RestoreRun(
                    OPTIONS, null, false, CLOCK, layer, Progress.NONE, new Silence(), new Cancellation());
            return new RestoreJob(qubes, backup, plan, null, run).run();
        }
    }

    private VmCollection recovered() {
        try (Qubes qubes = qubes(FileLayer.system())) {
            qubes.edit(List.of(), false);
            return qubes.load().vms();
        }
    }

    @Test
    void everyVmIsWholeOrAbsentAndTheNextRunDoesTheRest() throws IOException {
        Files.write(dir.resolve("backup"), Fixtures.bytes("backups/v3-plain.backup"));
        boolean crashed = true;
        for (int operation = 0; crashed; operation += STEP) {
            root = Files.createDirectory(dir.resolve("root" + operation));
            try (Qubes qubes = qubes(FileLayer.system())) {
                qubes.initStorage(false);
            }
            CrashingFileLayer layer = new CrashingFileLayer(operation);
            try {
                restore(layer);
            } catch (SimulatedCrash crash) {
                assertThat(layer.crashed()).isTrue();
            }
            crashed = layer.crashed();

            VmCollection vms = recovered();
            for (Map.Entry<String, String> vm : DIRECTORIES.entrySet()) {
                assertWholeOrAbsent(vms.hasName(vm.getKey()), vm.getValue(), "crash at operation " + operation);
            }
            assertThat(restore(FileLayer.system()).isGood()).isTrue();
            assertThat(DIRECTORIES.keySet()).allMatch(recovered()::hasName);
            assertThat(names(root.resolve("var/lib/qubes"))).noneMatch(name -> name.startsWith("."));
        }
    }

    private void assertWholeOrAbsent(boolean isStored, String directory, String when) throws IOException {
        Path files = root.resolve("var/lib/qubes").resolve(directory);
        assertThat(Files.exists(files)).as(when).isEqualTo(isStored);
        if (isStored) {
            assertThat(names(files)).as(when).contains("private.img", "volatile.img", "icon.png");
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).toList();
        }
    }
}
