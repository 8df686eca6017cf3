package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.cli.ToolRunner.Outcome;

/**
 * The first seed of the design: one verification routine, used everywhere. The other seeds are in {@code SeedsTest} of
 * qubes-backup; that no other class verifies chunks is a rule of {@code ArchitectureTest}.
 */
@Timeout(120)
final class OneVerificationTest {
    @TempDir
    private Path directory;

    /** What every command that reads data says about this backup, by the command. */
    private Map<String, Outcome> everyReader(RestoreTree host, Path backup, String vm, String file) {
        String archive = backup.toString();
        String out = directory.resolve("out").toString();
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        outcomes.put("verify", read("verify", archive, vm));
        outcomes.put("extract", read("extract", archive, out, vm));
        outcomes.put("cat", read("cat", archive, file));
        outcomes.put("verify-only", host.restore(backup, "--verify-only --ignore-missing " + vm));
        outcomes.put("restore", host.restore(backup, "--ignore-missing " + vm));
        return outcomes;
    }

    private Outcome read(String... words) {
        List<String> all = new ArrayList<>(
                List.of("qubes-backup", "-p", directory.resolve("passphrase").toString()));
        all.addAll(List.of(words));
        return new org.qubestools.cli.ToolRunner().runWords(all);
    }

    private List<Path> extracted() throws IOException {
        try (Stream<Path> all = Files.walk(directory.resolve("out"))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "v3-plain, appvms/personal/private.img.001, personal, appvms/personal/private.img, 1",
        "v3-encrypted-gzip, vm4/private.img.000, work, vm4/private.img, 0",
        "v4-from-r3, vm4/private.img.000.enc, work, vm4/private.img, 0"
    })
    void theSameDamagedChunkIsRefusedByEveryCommand(String sample, String member, String vm, String file, int chunk)
            throws IOException {
        RestoreTree host = new RestoreTree(directory);
        Path damaged = host.damaged(sample, member, false);

        Map<String, Outcome> outcomes = everyReader(host, damaged, vm, file);

        outcomes.forEach((command, outcome) -> {
            assertThat(outcome.code()).as("%s: %s", command, outcome.err()).isIn(3, 13);
            assertThat(outcome.err())
                    .as(command)
                    .contains("VM '" + vm + "', file " + file + ", chunk " + chunk + ": ")
                    .containsPattern("chunk " + chunk + ": (it is not authentic|not authentic: wrong passphrase)");
        });
        assertThat(extracted()).noneMatch(path -> path.endsWith(file));
        assertThat(host.vms()).doesNotContain(vm);
    }

    @Test
    void theSameBackupUntouchedIsTakenByEveryCommand() throws IOException {
        RestoreTree host = new RestoreTree(directory);

        Map<String, Outcome> outcomes =
                everyReader(host, host.sample("v3-plain"), "personal", "appvms/personal/private.img");

        outcomes.forEach((command, outcome) ->
                assertThat(outcome.code()).as("%s: %s", command, outcome.err()).isZero());
        assertThat(extracted()).anyMatch(path -> path.endsWith("appvms/personal/private.img"));
        assertThat(host.vms()).contains("personal");
    }
}
