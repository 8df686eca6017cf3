package org.qubestools.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.EditHooks;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.vmm.LazyVmm;

/** Several processes change one store at once: no update is lost, no reader sees a store that is not whole. */
final class ConcurrentEditTest {
    private static final boolean LONG = Boolean.getBoolean("qubes.long");
    private static final int WRITERS = LONG ? 8 : 3;
    private static final int UPDATES = LONG ? 200 : 25;
    private static final String STORE = """
            <QubesVmCollection default_template="1">
              <QubesTemplateVm name="t" qid="1"/>
              <QubesAppVm name="work" qid="2" template_qid="1" qrexec_timeout="0"/>
            </QubesVmCollection>
            """;

    @TempDir
    private Path root;

    static Qubes open(Path root) {
        QubesConfig config = QubesConfig.of(Map.of("QUBES_ROOT", root.toString(), "QUBES_GROUP", ""), Map.of());
        return new Qubes(
                config,
                LazyVmm.offline(),
                FileLayer.system(),
                Clock.systemUTC(),
                LockWait.forever(line -> {}),
                EditHooks.NONE);
    }

    /** One process: adds one to a number of the store, again and again. Arguments: root, how often. */
    static final class Writer {
        public static void main(String[] args) {
            Change increment = draft -> {
                QubesVm work = draft.vms().require("work");
                long value = work.getOr(Attributes.QREXEC_TIMEOUT, 0L);
                draft.replace(work.with(Attributes.QREXEC_TIMEOUT, value + 1));
            };
            try (Qubes qubes = open(Path.of(args[0]))) {
                for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                    qubes.edit(List.of(increment), false);
                }
            }
        }
    }

    @Test
    void noUpdateIsLostAndEveryReaderSeesAWholeStore() throws IOException, InterruptedException {
        Path store = root.resolve("var/lib/qubes/qubes.xml");
        Files.createDirectories(store.getParent());
        Files.writeString(store, STORE, StandardCharsets.UTF_8);
        List<Process> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(start());
        }

        long last = 0;
        int reads = 0;
        try (Qubes qubes = open(root)) {
            while (writers.stream().anyMatch(Process::isAlive)) {
                StoreSnapshot snapshot = qubes.load();
                long now = snapshot.vms().require("work").getOr(Attributes.QREXEC_TIMEOUT, -1L);
                assertThat(now).as("a reader went back in time").isGreaterThanOrEqualTo(last);
                assertThat(snapshot.problems()).isEmpty();
                last = now;
                reads++;
                Thread.sleep(2);
            }
            for (Process writer : writers) {
                assertThat(writer.waitFor(1, TimeUnit.MINUTES)).isTrue();
                assertThat(writer.exitValue()).isZero();
            }
            assertThat(qubes.load().vms().require("work").get(Attributes.QREXEC_TIMEOUT))
                    .isEqualTo((long) WRITERS * UPDATES);
        }
        assertThat(reads).isPositive();
        try (var files = Files.list(store.getParent())) {
            assertThat(files).containsExactlyInAnyOrder(store, store.resolveSibling("backup"));
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        root.toString(),
                        String.valueOf(UPDATES))
                .inheritIO()
                .start();
    }
}
