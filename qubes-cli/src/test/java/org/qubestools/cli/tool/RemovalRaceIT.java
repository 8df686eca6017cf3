package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.frame.HostVmm;
import org.qubestools.core.libvirt.CompleteHost;
import org.qubestools.core.libvirt.LibvirtOptions;
import org.qubestools.core.libvirt.LibvirtVmm;
import org.qubestools.core.libvirt.PrivateLibvirtd;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DriverSettings;
import org.qubestools.core.vmm.Vmm;

/**
 * A VM is made and removed over and over while every kind of reader looks at it, each in a process of its own: none of them
 * ever defines its domain anew.
 */
@Timeout(900)
final class RemovalRaceIT {
    private static final int ROUNDS = 500;
    private static final String DOOMED = "doomed";

    private static PrivateLibvirtd daemon;

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();

    @BeforeAll
    static void startDaemon() {
        daemon = PrivateLibvirtd.startOrSkip();
    }

    @AfterAll
    static void stopDaemon() {
        if (daemon != null) {
            daemon.close();
        }
    }

    @AfterEach
    void endReaders() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    private static ToolRunner runner(Path root, String uri) {
        return new ToolRunner()
                .environment("QUBES_ROOT", root.toString())
                .environment("QUBES_LIBVIRT_URI", uri)
                .vmms(new HostVmm());
    }

    /** Runs one tool over and over, until there is a file {@code stop}. Arguments: folder, URI, command line. */
    static final class Reader {
        private static final Set<Integer> THERE_OR_NOT = Set.of(0, 1);

        private Reader() {}

        public static void main(String[] args) {
            Path folder = Path.of(args[0]);
            ToolRunner runner = runner(folder.resolve("root"), args[1]);
            int runs = 0;
            while (!Files.exists(folder.resolve("stop"))) {
                Outcome outcome = runner.run(args[2]);
                if (!THERE_OR_NOT.contains(outcome.code())) {
                    System.out.println("round " + runs + ": " + outcome);
                    System.exit(1);
                }
                runs++;
            }
            System.out.println(runs);
        }
    }

    private Path reader(String commandLine) throws IOException {
        Path out = folder.resolve("reader" + processes.size());
        processes.add(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED", // as the launchers do
                        "-cp",
                        System.getProperty("java.class.path"),
                        Reader.class.getName(),
                        folder.toString(),
                        daemon.test(),
                        commandLine)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start());
        return out;
    }

    private Path watcher() throws IOException, InterruptedException {
        ToolProcess.Running events = new ToolProcess(folder, daemon.test()).start("qvm-events --no-qubesdb");
        processes.add(events.process());
        while (!Files.readString(events.out(), StandardCharsets.UTF_8).contains("\"ready\"")) {
            assertThat(events.process().isAlive()).isTrue(); // the time limit of the test ends this
            Thread.onSpinWait();
        }
        return events.out();
    }

    @Test
    void noReaderDefinesTheDomainOfARemovedVm() throws Exception {
        StoreTree.small(folder.resolve("root"));
        LibvirtOptions options =
                new LibvirtOptions(daemon.test(), Duration.ofSeconds(30), DriverSettings.NONE, new CompleteHost());
        try (Vmm holder = LibvirtVmm.open(options, warning -> {})) {
            List<String> before = names(holder); // the test driver's domains last while somebody is connected
            Path events = watcher();
            List<Path> readers = List.of(
                    reader("qvm-ls --raw-data name-raw state mem xid"),
                    reader("qvm-check -q --running " + DOOMED),
                    reader("qvm-prefs " + DOOMED));
            ToolRunner remover = runner(folder.resolve("root"), daemon.test());
            for (int round = 0; round < ROUNDS; round++) {
                assertDone(remover.run("qvm-create -q -l red " + DOOMED));
                assertDone(remover.run("qvm-remove -q " + DOOMED));
                assertThat(names(holder)).as("round " + round).isEqualTo(before);
            }
            Files.createFile(folder.resolve("stop"));
            for (int i = 0; i < readers.size(); i++) {
                Process reader = processes.get(i + 1);
                assertThat(reader.waitFor(60, TimeUnit.SECONDS)).isTrue();
                String said =
                        Files.readString(readers.get(i), StandardCharsets.UTF_8).strip();
                assertThat(said).as("reader " + i).matches("[1-9][0-9]*");
            }
            assertThat(names(holder)).isEqualTo(before);
            assertThat(undefined(events)).isEqualTo(ROUNDS);
        }
    }

    private static void assertDone(Outcome outcome) {
        assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
    }

    private static List<String> names(Vmm vmm) {
        return vmm.domains().stream().map(DomainSnapshot::name).sorted().toList();
    }

    /** How often the watcher heard of a definition that went; it may hear of the last ones a moment later. */
    private static long undefined(Path events) throws IOException, InterruptedException {
        String event = "\"event\":\"undefined\",\"vm\":\"" + DOOMED + "\"";
        long count = 0;
        for (int i = 0; i < 100 && count < ROUNDS; i++) {
            TimeUnit.MILLISECONDS.sleep(100);
            count = Files.readAllLines(events, StandardCharsets.UTF_8).stream()
                    .filter(line -> line.contains(event))
                    .count();
        }
        return count;
    }
}
