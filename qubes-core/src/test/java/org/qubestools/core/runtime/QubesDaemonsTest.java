package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.runtime.SessionDaemons.GuiMode;

/** The command lines of the qrexec and GUI daemons. */
final class QubesDaemonsTest {
    private static final String QREXEC = "/usr/lib/qubes/qrexec-daemon";
    private static final String CLIENT = "/usr/lib/qubes/qrexec-client";
    private static final String GUID = "/usr/bin/qubes-guid";
    private static final String ICONS = "/usr/share/icons/hicolor/128x128/devices/";
    private static final String AS_USER = "exec runuser -u joe -- ";
    private static final String WORK_GUID =
            AS_USER + GUID + " -d 11 -N work -c 0x3465a4 -i " + ICONS + "appvm-blue.png -l 6";
    private static final String KDE = "exec xprop -root -notype KDE_SESSION_VERSION";

    @TempDir
    Path root;

    private RuntimeWorld world;
    private final RecordingPrograms programs = new RecordingPrograms();
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>(Map.of("DISPLAY", ":0", "HOME", "/root"));
    private Optional<String> stub = Optional.of("12");

    @BeforeEach
    void makeWorld() throws IOException {
        world = RuntimeWorld.in(root);
        world.file("/etc/group", "root:x:0:\nqubes:x:98:joe,ann\n");
        world.file("/etc/passwd", "joe:x:1000:1000::/home/joe:/bin/sh\n");
        world.file("/var/run/shm.id", "1");
        world.file("/var/run/qubes/x", "");
    }

    private QubesDaemons daemons(boolean asRoot) {
        XenStore xenStore = new XenStore() {
            @Override
            public Optional<String> readUntrusted(String path) {
                assertThat(path).isEqualTo("/local/domain/11/image/device-model-domid");
                return stub;
            }

            @Override
            public void allowMemoryReports(int domainId) {
                throw new AssertionError("not a matter of the daemons");
            }
        };
        HostUser user = new HostUser(world, asRoot, environment, Map.of());
        return new QubesDaemons(
                new QubesDaemons.Surroundings(world, user, programs, xenStore, environment, Map.of(), warnings::add));
    }

    @Test
    void qrexecRunsAsTheFirstMemberOfTheGroup() {
        daemons(true).startQrexec(world.vm("work"), 11, false);

        assertThat(programs.lines())
                .containsExactly(AS_USER + "env QREXEC_STARTUP_TIMEOUT=60 " + QREXEC + " -q 11 work user");
    }

    @Test
    void aUserRunsThemHimself() {
        daemons(false).startQrexec(world.vm("work"), 11, true);

        assertThat(programs.lines()).containsExactly("exec env QREXEC_STARTUP_TIMEOUT=60 " + QREXEC + " 11 work user");
    }

    @Test
    void anHvmWithoutTheAgentIsNotWaitedFor() {
        daemons(true).startQrexec(world.vm("bare"), 11, false);

        assertThat(programs.lines()).containsExactly("exec QREXEC_STARTUP_NOWAIT=1 " + QREXEC + " 11 bare user");
    }

    @Test
    void anHvmWithBothAgentsIsToldHowToShowItself() {
        daemons(true).startQrexec(world.vm("win"), 11, false);

        assertThat(programs.lines())
                .containsExactly(
                        AS_USER + "env QREXEC_STARTUP_TIMEOUT=60 " + QREXEC + " -q 11 win user",
                        "exec " + CLIENT + " -d win root:nogui:QUBESRPC qubes.WaitForSession none <<< user",
                        "exec " + CLIENT + " -d win user:nogui:QUBESRPC qubes.SetGuiMode dom0 <<< FULLSCREEN");
    }

    @Test
    void aDaemonThatFailsIsNamedWithItsLastWord() {
        programs.answering(QREXEC, 3, "", "Waiting\nCannot \u001bconnect\n");

        assertThatThrownBy(() -> daemons(true).startQrexec(world.vm("work"), 11, false))
                .hasMessage("cannot start the qrexec daemon of VM 'work': " + QREXEC
                        + " ended with status 3: Cannot \\x1bconnect");
    }

    @Test
    void aGroupWithoutAMemberIsAnError() throws IOException {
        world.file("/etc/group", "qubes:x:98:\n");

        assertThatThrownBy(() -> daemons(true).startQrexec(world.vm("work"), 11, false))
                .hasMessageStartingWith("the group qubes has no member");
        assertThat(programs.lines()).isEmpty();
    }

    @Test
    void aPvVmGetsItsGuiInTheSecondCall() {
        daemons(true).startGui(world.vm("work"), 11, true, GuiMode.ORDINARY);
        assertThat(programs.lines()).isEmpty();

        daemons(true).startGui(world.vm("work"), 11, false, GuiMode.ORDINARY);
        assertThat(programs.lines()).containsExactly(KDE, WORK_GUID + " -q");
    }

    @Test
    void whenQrexecRunsTheSessionIsToldOfTheMonitors() throws IOException {
        world.file("/var/run/qubes/qrexec.work", "");
        programs.answering("xrandr", 0, """
                Screen 0: minimum 8 x 8, current 2944 x 1080, maximum 32767 x 32767
                LVDS1 connected primary 1024x768+0+0 (normal left inverted right) 304mm x 228mm
                   1024x768      60.0*+
                VGA1 disconnected (normal left inverted right x axis y axis)
                HDMI-1 connected 1920x1080+1024+0 (normal) 510mm x 287mm
                """, "");

        daemons(true).startGui(world.vm("work"), 11, false, GuiMode.VERBOSE);

        assertThat(programs.lines())
                .containsExactly(
                        KDE,
                        WORK_GUID,
                        "exec xrandr -q",
                        "exec " + CLIENT
                                + " -d work user:QUBESRPC qubes.SetMonitorLayout dom0 <<< 1024 768 0 0\n1920 1080 1024 0\n",
                        "exec " + CLIENT + " -d work root:QUBESRPC qubes.WaitForSession none <<< user");
        assertThat(warnings).isEmpty();
    }

    @Test
    void kdeDrawsTheBordersItself() {
        programs.answering("xprop", 0, "KDE_SESSION_VERSION = 5\n", "");
        programs.answering("xhost", 0, "access control enabled\nSI:localuser:root\nSI:localuser:joe\n", "");

        daemons(true).startGui(world.vm("work"), 11, false, GuiMode.INVISIBLE);

        assertThat(programs.lines())
                .last()
                .isEqualTo(WORK_GUID
                        + " -I -q -T -p _KDE_NET_WM_COLOR_SCHEME=s:/home/joe/.local/share/qubes-kde/blue.colors");
    }

    @Test
    void anHvmShowsItsStubDomainUntilTheAgentComes() throws IOException {
        String looks = " -N bare -c 0xcc0000 -i " + ICONS + "appvm-red.png -l 1";
        world.file("/var/run/qubes/guid-running.12", "4711\n");

        daemons(true).startGui(world.vm("bare"), 11, true, GuiMode.ORDINARY);
        daemons(true).startGui(world.vm("bare"), 11, false, GuiMode.ORDINARY);

        assertThat(programs.lines())
                .containsExactly(
                        AS_USER + GUID + " -d 12 -t 11" + looks + " -q",
                        KDE,
                        AS_USER + GUID + " -d 11" + looks + " -Q -n -K 4711 -q");
    }

    @Test
    void anHvmWithTheAgentShowsTheStubDomainForDebuggingOnly() {
        String looks = " -N win -c 0xcc0000 -i " + ICONS + "appvm-red.png -l 1";
        String debug = RuntimeWorld.STORE.replace("name=\"win\"", "name=\"win\" debug=\"True\"");

        daemons(true).startGui(world.vm("win"), 11, true, GuiMode.ORDINARY);
        daemons(true).startGui(RuntimeWorld.in(root, debug).vm("win"), 11, true, GuiMode.ORDINARY);

        assertThat(programs.lines())
                .containsExactly(
                        KDE,
                        AS_USER + GUID + " -d 11" + looks + " -Q -n -q",
                        AS_USER + GUID + " -d 12 -t 11" + looks + " -v -v",
                        KDE,
                        AS_USER + GUID + " -d 11" + looks + " -Q -n -v -v");
    }

    @Test
    void whatXenstoreSaysOfTheStubDomainIsANumberOrNothing() {
        stub = Optional.of("12; reboot");

        assertThatThrownBy(() -> daemons(true).startGui(world.vm("bare"), 11, true, GuiMode.ORDINARY))
                .hasMessageStartingWith("VM 'bare' has no stub domain");
    }

    @Test
    void withoutADisplayThereIsNoGui() {
        environment.remove("DISPLAY");

        daemons(true).startGui(world.vm("work"), 11, false, GuiMode.ORDINARY);

        assertThat(programs.lines()).isEmpty();
        assertThat(warnings).containsExactly("no GUI daemon for VM 'work': there is no X display (DISPLAY is not set)");
    }

    @Test
    void withoutSharedMemoryThereIsNoGui() throws IOException {
        Files.delete(world.real("/var/run/shm.id"));

        daemons(true).startGui(world.vm("work"), 11, false, GuiMode.ORDINARY);

        assertThat(programs.lines()).isEmpty();
        assertThat(warnings).singleElement().asString().contains("/var/run/shm.id is missing");
    }
}
