package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.WaitTime;

/** The QubesDB daemon of a domain: its command line, and what becomes of one that is left over. */
final class QubesDbDaemonsTest {
    private static final String STARTED = "exec runuser -u joe -- /usr/sbin/qubesdb-daemon 11 work";
    private static final String PID_FILE = "/var/run/qubes/qubesdb.work.pid";

    @TempDir
    Path root;

    private RuntimeWorld world;
    private final RecordingPrograms programs = new RecordingPrograms();
    private Process leftOver;
    private int waits;

    @BeforeEach
    void makeWorld() throws IOException {
        world = RuntimeWorld.in(root);
        world.file("/etc/group", "qubes:x:98:joe\n");
    }

    @AfterEach
    void endLeftOver() {
        if (leftOver != null) {
            leftOver.destroyForcibly();
        }
    }

    private QubesDbDaemons daemons() {
        WaitTime time = new WaitTime() {
            @Override
            public long millis() {
                return 0;
            }

            @Override
            public void sleep(Duration pause) throws InterruptedException {
                waits++;
                leftOver.waitFor(10, TimeUnit.SECONDS);
            }
        };
        return new QubesDbDaemons(world, new HostUser(world, true, Map.of(), Map.of()), programs, Map.of(), time);
    }

    private void start() {
        daemons().start(world.vm("work").vm(), 11);
    }

    private void leftOver(String name, String script) throws IOException {
        leftOver = new ProcessBuilder("bash", "-c", script, name).start();
        leftOver.getInputStream().read(); // it is ready
        world.file(PID_FILE, leftOver.pid() + "\n");
    }

    @Test
    void itRunsAsTheFirstMemberOfTheGroup() {
        start();

        assertThat(programs.lines()).containsExactly(STARTED);
    }

    @Test
    void oneThatIsLeftOverEndsFirst() throws IOException {
        leftOver("qubesdb-daemon", "echo; read");

        start();

        assertThat(leftOver.isAlive()).isFalse();
        assertThat(programs.lines()).containsExactly(STARTED);
    }

    @Test
    void oneThatDoesNotEndIsNamed() throws IOException {
        leftOver("qubesdb-daemon", "trap '' TERM; echo; while :; do read -t 60; done");
        Process stubborn = leftOver;
        WaitTime noTime = new WaitTime() {
            @Override
            public long millis() {
                return 0;
            }

            @Override
            public void sleep(Duration pause) {
                waits++;
                assertThat(pause).hasMillis(200);
            }
        };
        QubesDbDaemons daemons =
                new QubesDbDaemons(world, new HostUser(world, true, Map.of(), Map.of()), programs, Map.of(), noTime);

        assertThatThrownBy(() -> daemons.start(world.vm("work").vm(), 11))
                .hasMessage("cannot end the QubesDB daemon of an earlier run of VM 'work', process " + stubborn.pid());
        assertThat(waits).isEqualTo(25);
        assertThat(programs.lines()).isEmpty();
    }

    @Test
    void aNumberThatAnotherProgramHasByNowIsLeftAlone() throws IOException {
        leftOver("innocent", "echo; read");

        start();

        assertThat(leftOver.isAlive()).isTrue();
        assertThat(programs.lines()).containsExactly(STARTED);
    }

    @Test
    void aNumberThatNobodyHasIsLeftAlone() throws Exception {
        leftOver("qubesdb-daemon", "echo");
        leftOver.waitFor();

        start();

        assertThat(programs.lines()).containsExactly(STARTED);
    }

    @Test
    void aPidFileWithoutANumberIsAnError() throws IOException {
        world.file(PID_FILE, "-1\n");

        assertThatThrownBy(this::start).hasMessageEndingWith("names no process");
        assertThat(Files.exists(world.real(PID_FILE))).isTrue();
    }

    @Test
    void oneThatFailsIsNamed() {
        programs.answering("/usr/sbin/qubesdb-daemon", 1, "", "vchan initialization failed\n");

        assertThatThrownBy(this::start)
                .hasMessage(
                        "cannot start the QubesDB daemon of VM 'work': /usr/sbin/qubesdb-daemon ended with status 1: "
                                + "vchan initialization failed");
    }
}
