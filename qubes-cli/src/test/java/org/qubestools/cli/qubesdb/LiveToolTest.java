package org.qubestools.cli.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.QvmMain;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.qubesdb.Deadline;

/** Tools and daemons as processes, which signals reach. */
final class LiveToolTest {
    private static final long LIMIT_SECONDS = 60;
    private static final long LOOK_MILLIS = 20;

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() throws InterruptedException, IOException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
        for (String name : List.of("dom0", "work")) {
            Path file = folder.resolve("qubesdb." + name + ".pid");
            if (Files.exists(file)) {
                ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    /** A tool in a process of its own; what it prints comes line by line. */
    private final class Live {
        private final Process process;
        private final BlockingQueue<String> out = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> err = new LinkedBlockingQueue<>();

        Live(String... words) throws IOException {
            this(Map.of(), words);
        }

        Live(Map<String, String> environment, String... words) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    QvmMain.class.getName()));
            command.addAll(List.of(words));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put("QUBES_RUN_DIR", folder.toString());
            builder.environment().put("QUBES_LOG_DIR", folder.toString());
            builder.environment().remove("NOTIFY_SOCKET");
            builder.environment().putAll(environment);
            process = builder.start();
            started.add(process);
            collect(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8), out);
            collect(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8), err);
        }

        private static void collect(InputStreamReader from, BlockingQueue<String> to) {
            Thread thread = new Thread(() -> new BufferedReader(from).lines().forEach(to::add));
            thread.setDaemon(true);
            thread.start();
        }

        String line() throws InterruptedException {
            return out.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        }

        int end() throws InterruptedException {
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }
    }

    private Outcome run(String commandLine) {
        return new ToolRunner().environment("QUBES_RUN_DIR", folder.toString()).run(commandLine);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        Deadline limit = Deadline.in(TimeUnit.SECONDS.toNanos(LIMIT_SECONDS));
        BlockingQueue<String> nothing = new LinkedBlockingQueue<>();
        while (!condition.getAsBoolean()) {
            assertThat(limit.isReached()).isFalse();
            nothing.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private Live daemon() throws Exception {
        Live daemon = new Live("qubesdb-daemon", "--foreground", "0", "dom0");
        assertThat(daemon.line()).isEqualTo("ready");
        return daemon;
    }

    @Test
    void aWatchPrintsAtOnceAndGoesOnWithTheNextDaemon() throws Exception {
        Live first = daemon();
        Live watch = new Live("qubesdb-watch", "-n", "2", "/k");
        await(() -> {
            run("qubesdb-write /k 1"); // until the watch is there
            return !watch.out.isEmpty();
        });
        assertThat(watch.line()).isEqualTo("/k");
        run("qubesdb-write /k 2");
        assertThat(watch.end()).isZero();
        Live all = new Live("qubesdb-watch", "-n", "-1", "/all");
        await(() -> {
            run("qubesdb-write /all 1");
            return !all.out.isEmpty();
        });
        first.process.destroyForcibly().waitFor();
        daemon();
        assertThat(all.err.poll(LIMIT_SECONDS, TimeUnit.SECONDS))
                .isEqualTo("qubesdb-watch: the daemon was replaced by another, or events were lost: what changed"
                        + " meanwhile is not known");
        all.out.clear();

        run("qubesdb-write /all 2");

        assertThat(all.line()).isEqualTo("/all");
        assertThat(all.process.isAlive()).isTrue();
    }

    @Test
    void aDaemonInTheForegroundEndsTidilyOnSigterm() throws Exception {
        Live daemon = daemon();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("qubesdb.dom0.sock"))))
                .isEqualTo("rw-rw-rw-");
        assertThat(folder.resolve("qubesdb.sock")).isSymbolicLink();
        assertThat(Files.readString(folder.resolve("qubesdb.dom0.pid"))).isEqualTo(daemon.process.pid() + "\n");

        daemon.process.destroy();

        assertThat(daemon.end()).isZero();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aDaemonGoesToTheBackgroundOnceItServes() throws Exception {
        Live command = new Live("qubesdb-daemon", "--rw-socket-perms=660", "0", "work");

        assertThat(command.end()).as(String.join("\n", command.err)).isZero();
        assertThat(run("qubesdb-write -d work /k v").code()).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("qubesdb.work.sock"))))
                .isEqualTo("rw-rw----");
        long pid = Long.parseLong(
                Files.readString(folder.resolve("qubesdb.work.pid")).strip());
        assertThat(ProcessHandle.of(pid)).isPresent();
        assertThat(folder.resolve("qubesdb.work.log")).exists();

        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);

        await(() -> !Files.exists(folder.resolve("qubesdb.work.pid")));
        assertThat(folder.resolve("qubesdb.work.sock")).doesNotExist();
    }

    @Test
    void aDaemonThatCannotServeSaysWhyAndLeavesWithOne() throws Exception {
        daemon();

        Live second = new Live("qubesdb-daemon", "0", "dom0");

        assertThat(second.end()).isEqualTo(1);
        assertThat(second.err.poll(LIMIT_SECONDS, TimeUnit.SECONDS))
                .startsWith("qubesdb-daemon: a daemon runs here already");
    }

    // ---- systemd

    /** Stands for systemd-notify: notes who is to be told what, and whether clients can connect by then. */
    private Map<String, String> noting(Path notes, String socket) throws IOException {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path program = bin.resolve("systemd-notify");
        Files.writeString(
                program,
                "#!/bin/sh\n[ -S '" + folder.resolve(socket) + "' ] && s=serving\necho \"$s $NOTIFY_SOCKET $*\" >'"
                        + notes + ".new'\nmv '" + notes + ".new' '" + notes + "'\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Map.of("NOTIFY_SOCKET", "/run/notify", "PATH", bin + ":" + System.getenv("PATH"));
    }

    @ParameterizedTest
    @CsvSource({"qubesdb-daemon 0 dom0, qubesdb.dom0.sock", "qubesdb-hostd, qubesdb-hostd.sock"})
    void whereSystemdWaitsItIsToldOnceTheDaemonServes(String commandLine, String socket) throws Exception {
        Path notes = folder.resolve("notes");
        Live daemon = new Live(noting(notes, socket), commandLine.split(" "));

        await(() -> Files.exists(notes) || !daemon.process.isAlive());
        assertThat(notes).as(String.join("\n", daemon.err)).hasContent("serving /run/notify --ready");
        assertThat(daemon.process.isAlive()).isTrue();
        daemon.process.destroy();

        assertThat(daemon.end()).isZero();
        assertThat(daemon.out).isEmpty();
        assertThat(daemon.err).isEmpty();
        assertThat(folder.resolve(socket)).doesNotExist();
    }

    @Test
    void aDaemonWhoseSystemdCannotBeToldSaysSoAndServes() throws Exception {
        Map<String, String> environment = noting(folder.resolve("notes"), "qubesdb.dom0.sock");
        Files.writeString(folder.resolve("bin/systemd-notify"), "#!/bin/sh\necho no such socket >&2; exit 1\n");
        Live daemon = new Live(environment, "qubesdb-daemon", "0", "dom0");

        assertThat(daemon.err.poll(LIMIT_SECONDS, TimeUnit.SECONDS))
                .startsWith("qubesdb-daemon: ")
                .contains("nobody was told that it serves")
                .contains("no such socket");
        assertThat(run("qubesdb-write /k v").code()).isZero();
    }

    // ---- the link

    /** The side in a domain, which serves once it has what dom0 has; both by the link that is named, or its usual place. */
    @ParameterizedTest
    @ValueSource(strings = {"--link ports/work", ""})
    void theTwoSidesOfALinkHaveTheSameContent(String option) throws Exception {
        Path inside = Files.createDirectory(folder.resolve("inside"));
        Path usual = folder.resolve("vchan/vchan.0.5.111.sock");
        Path link = option.isEmpty() ? usual : folder.resolve("ports/work");
        List<String> dom0Words = new ArrayList<>(List.of("qubesdb-daemon", "--foreground", "5", "work"));
        if (!option.isEmpty()) {
            dom0Words.addAll(1, List.of("--link", link.toString()));
        }
        Live dom0 = new Live(dom0Words.toArray(new String[0]));
        assertThat(dom0.line()).isEqualTo("ready");
        assertThat(link).exists();
        assertThat(run("qubesdb-write -d work /name work").code()).isZero();

        Live domain = new Live(
                Map.of("QUBES_RUN_DIR", inside.toString()),
                "qubesdb-daemon",
                "--foreground",
                "--link",
                link.toString(),
                "0");
        assertThat(domain.line()).isEqualTo("ready");
        ToolRunner within = new ToolRunner().environment("QUBES_RUN_DIR", inside.toString());
        assertThat(within.run("qubesdb-read /name")).isEqualTo(new Outcome(0, "work\n", ""));
        assertThat(within.run("qubesdb-write /qubes-tools/os Linux").code()).isZero();
        await(() -> run("qubesdb-read -d work /qubes-tools/os").equals(new Outcome(0, "Linux\n", "")));

        domain.process.destroy();
        assertThat(domain.end()).isZero();
        assertThat(inside).isEmptyDirectory();
        assertThat(run("qubesdb-read -d work /name")).isEqualTo(new Outcome(0, "work\n", ""));
        dom0.process.destroy();
        assertThat(dom0.end()).isZero();
        assertThat(link).doesNotExist();
    }

    /** Where dom0 is not there yet the side in a domain serves nobody, and a signal ends it all the same. */
    @Test
    void theSideInADomainWaitsForDom0() throws Exception {
        Live domain = new Live(
                "qubesdb-daemon",
                "--foreground",
                "--link",
                folder.resolve("nothing").toString(),
                "0");
        assertThat(domain.err.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).startsWith("qubesdb-daemon: no link: ");
        assertThat(folder.resolve("qubesdb.sock")).doesNotExist();

        domain.process.destroy();

        assertThat(domain.end()).isZero();
        assertThat(domain.out).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aHostdServesDomainsUntilSigterm() throws Exception {
        Live host = new Live("qubesdb-hostd");
        assertThat(host.line()).isEqualTo("ready");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("qubesdb-hostd.sock"))))
                .isEqualTo("rw-------");

        assertThat(run("qubesdb-hostd start work")).isEqualTo(new Outcome(0, "", ""));
        assertThat(run("qubesdb-hostd start vault")).isEqualTo(new Outcome(0, "", ""));
        assertThat(run("qubesdb-hostd list")).isEqualTo(new Outcome(0, "vault\nwork\n", ""));
        assertThat(run("qubesdb-write -d work /k v")).isEqualTo(new Outcome(0, "", ""));
        assertThat(run("qubesdb-read -d vault /k").code()).isEqualTo(2);
        assertThat(run("qubesdb-hostd start work").err()).isEqualTo("qubesdb-hostd: domain 'work' is served already\n");
        assertThat(run("qubesdb-hostd stop work")).isEqualTo(new Outcome(0, "", ""));
        assertThat(run("qubesdb-read -d work /k").code()).isEqualTo(1);
        assertThat(run("qubesdb-hostd stop work").err()).isEqualTo("qubesdb-hostd: domain 'work' is not served here\n");

        host.process.destroy();

        assertThat(host.end()).isZero();
        assertThat(folder).isEmptyDirectory();
    }
}
