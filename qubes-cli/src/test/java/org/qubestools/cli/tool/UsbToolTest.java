package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbPath;

/** {@code qvm-usb}, with devices in {@code sys-net}. */
final class UsbToolTest extends LiveTest {
    private static final String ATTACH = "QUBESRPC qubes.USBAttach dom0";
    private static final String DETACH = "QUBESRPC qubes.USBDetach dom0";
    private static final String POLICY = "/etc/qubes-rpc/policy/qubes.USB+2-1.4";

    private final List<String> asked = new ArrayList<>();

    @BeforeEach
    void startSome() throws Exception {
        runs("sys-net", 1);
        runs("work", 3);
        runs("vault", 4);
        services.bringBackDatabase("dom0");
        publish("2-1_4", "desc", "046a:0021 Keyboard");
        publish("3-2", "desc", "0951:1666 Stick");
        tree.write("/etc/qubes-rpc/policy/other", "");
        host.vms().withCommand("work", ATTACH, (input, output, errors) -> {
            asked.add(new String(input.readAllBytes(), StandardCharsets.UTF_8) + Files.readString(policy()));
            return 0;
        });
        host.vms().withCommand("sys-net", DETACH, (input, output, errors) -> {
            asked.add("detach " + new String(input.readAllBytes(), StandardCharsets.UTF_8));
            return 0;
        });
    }

    private Path policy() {
        return tree.path(POLICY);
    }

    private void publish(String port, String field, String value) throws Exception {
        try (QubesDb database = services.contentOf("sys-net")) {
            database.write(new QubesDbPath("/qubes-usb-devices/" + port + "/" + field), value);
        }
    }

    @Test
    void devicesAreListed() throws Exception {
        publish("3-2", "connected-to", "vault");

        assertThat(run("qvm-usb")).isEqualTo(new Outcome(0, """
                        sys-net:2-1.4\t046a:0021 Keyboard
                        sys-net:3-2\t0951:1666 Stick (attached to vault)
                        """, ""));
        assertThat(run("qvm-device usb list work").out()).isEmpty();
        assertThat(run("qvm-usb --json").out()).contains("\"attached_to\": \"vault\"");
    }

    @Test
    void aVmFillsNoScreenWithWhatItWritesWrongly() throws Exception {
        for (int port = 10; port < 60; port++) {
            publish(port + "-x", "desc", "x");
        }

        Outcome outcome = run("qvm-usb");

        assertThat(outcome.out()).hasLineCount(2);
        assertThat(outcome.err())
                .contains("'10-x'", "30 more USB devices of VM 'sys-net' are not as they should be")
                .hasLineCount(21);
    }

    @Test
    void whatAVmWritesWronglyIsNotListed() throws Exception {
        publish("2-1.4", "desc", "x");
        publish("4-1", "desc", "\u001b[2J");
        publish("5-1", "usb-ver", "2");
        publish("3-2", "connected-to", "gone");

        Outcome outcome = run("qvm-usb");

        assertThat(outcome.out()).hasLineCount(2).contains("sys-net:3-2\t0951:1666 Stick\n");
        assertThat(outcome.err())
                .contains("'2-1.4'", "'4-1'", "'5-1'", "attached to a VM that does not exist")
                .hasLineCount(4);
    }

    @Test
    void aDeviceIsAttachedWithAPermissionForThatMoment() {
        assertDone("qvm-usb -a work sys-net:2-1.4");

        assertThat(asked).containsExactly("sys-net 2-1.4\nwork sys-net allow\n");
        assertThat(host.vms().calls()).containsExactly("call work root:" + ATTACH);
        assertThat(policy()).doesNotExist();
    }

    @Test
    void whoComesFirstLeavesTheLockToTheGroup() throws IOException {
        assertDone("qvm-usb -a work sys-net:2-1.4");

        assertThat(Files.getPosixFilePermissions(policy().resolveSibling(".qubes.USB.lock")))
                .contains(PosixFilePermission.GROUP_WRITE)
                .doesNotContain(PosixFilePermission.OTHERS_READ);
    }

    @Test
    void thePolicyOfTheAdministratorStays() throws IOException {
        tree.write(POLICY, "$anyvm $anyvm deny\n");

        assertDone("qvm-device usb attach work sys-net:2-1.4");

        assertThat(asked).containsExactly("sys-net 2-1.4\nwork sys-net allow\n$anyvm $anyvm deny\n");
        assertThat(Files.readString(policy())).isEqualTo("$anyvm $anyvm deny\n");
    }

    @Test
    void aFailureInTheVmIsToldAndThePermissionTakenBack() {
        host.vms().withCommand("work", ATTACH, (input, output, errors) -> {
            errors.write("no driver\u001b[2J\n".getBytes(StandardCharsets.UTF_8));
            return 3;
        });

        assertFails("qvm-usb -a work sys-net:2-1.4", 1, "qubes.USBAttach failed in VM 'work': no driver");
        assertFails("qvm-usb -a vault sys-net:2-1.4", 1, "VM 'vault' lacks the package qubes-usb-proxy");
        assertThat(policy()).doesNotExist();
        assertThat(host.vms().open()).isZero();
    }

    @Test
    void aDeviceLeavesTheVmThatHasIt() throws Exception {
        publish("2-1_4", "connected-to", "vault");

        assertFails("qvm-usb -a --no-auto-detach work sys-net:2-1.4", 1, "is attached to VM 'vault'");
        assertDone("qvm-usb -a work sys-net:2-1.4");

        assertThat(asked).containsExactly("detach 2-1.4\n", "sys-net 2-1.4\nwork sys-net allow\n");
    }

    @Test
    void devicesAreDetached() throws Exception {
        publish("2-1_4", "connected-to", "vault");
        publish("3-2", "connected-to", "vault");

        assertDone("qvm-usb -d sys-net:3-2");
        assertDone("qvm-usb -d vault");
        assertDone("qvm-usb -d work");

        assertThat(asked).containsExactly("detach 3-2\n", "detach 2-1.4\n", "detach 3-2\n");
        Outcome other = run("qvm-device usb detach work sys-net:3-2");
        assertThat(other.code()).isZero();
        assertThat(other.err())
                .contains("'sys-net:3-2' is not attached to VM 'work'")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qvm-usb --watch", "qvm-device usb list --watch"})
    void changesArePrintedAsTheyCome(String commandLine) throws Exception {
        AtomicReference<Outcome> outcome = new AtomicReference<>();
        Thread watching = new Thread(() -> outcome.set(run(commandLine)));
        watching.start();
        // Whatever of these comes before the first list is in there: one of the last is a change.
        for (int i = 0; i < 20; i++) {
            publish("3-2", "desc", "0951:1666 Stick " + i);
            publish("3-2", "connected-to", i % 2 == 0 ? "work" : "vault");
            try (QubesDb database = services.contentOf("sys-net")) {
                database.write(new QubesDbPath("/qubes-usb-devices"), "");
            }
            Thread.sleep(150);
        }
        watching.interrupt();
        watching.join();

        assertThat(outcome.get().code()).isZero();
        assertThat(outcome.get().err()).isEmpty();
        assertThat(outcome.get().out().lines())
                .startsWith("device sys-net:2-1.4\t046a:0021 Keyboard")
                .anyMatch(line -> line.matches("changed sys-net:3-2\\t0951:1666 Stick \\d+ \\(attached to \\w+\\)"))
                .anyMatch(line -> line.matches("detached sys-net:3-2\\t.*"))
                .anyMatch(line -> line.matches("attached sys-net:3-2\\t.*"));
    }

    @Test
    void whatAVmLostMeanwhileStopsNothing() throws Exception {
        publish("2-1_4", "connected-to", "vault");
        publish("3-2", "connected-to", "vault");
        publish("4-1", "desc", "0951:1666 Stick");
        publish("4-1", "connected-to", "vault");
        host.vms().withCommand("sys-net", DETACH, (input, output, errors) -> {
            asked.add("detach " + new String(input.readAllBytes(), StandardCharsets.UTF_8));
            publish("3-2", "connected-to", "work");
            return 0;
        });

        assertDone("qvm-usb -d vault");

        assertThat(asked).containsExactly("detach 2-1.4\n", "detach 4-1\n");
    }

    @Test
    void whatCannotBeIsRefused() {
        assertFails("qvm-usb -a dom0 sys-net:2-1.4", 1, "no device can be attached to dom0");
        assertFails("qvm-usb -a sys-net sys-net:2-1.4", 1, "belongs to that VM itself");
        assertFails("qvm-usb -a personal sys-net:2-1.4", 1, "VM 'personal' does not run");
        assertFails("qvm-usb -a work sys-net:9-9", 2, "there is no USB device 'sys-net:9-9'");
        assertFails("qvm-usb -a work 9-9", 2, "does not say which VM has it");
        assertFails("qvm-usb -a nobody sys-net:2-1.4", 2, "no VM has the name 'nobody'");
        assertFails("qvm-usb -l -a work sys-net:2-1.4", 1, "only one of -l, -a, -d");
        assertFails("qvm-device mouse list", 2, "'mouse' is no class of devices");
        assertFails("qvm-device block use", 2, "'use' is no action");
        assertFails("qvm-device pci list --watch", 2, "--watch goes with 'block list' and 'usb list' only");
        assertFails("qvm-usb -d --watch work", 2, "--watch goes with a list only");
        assertThat(asked).isEmpty();
    }

    @Test
    void theWordsOfR4DoTheSame() {
        assertThat(run("qvm-usb list").out()).isEqualTo(run("qvm-usb").out());
        assertThat(run("qvm-usb ls work").out()).isEmpty();
        assertFails("qvm-usb attach work", 2, "VM and BACKEND:DEVICE expected");
        assertFails("qvm-usb d", 2, "VM expected");
        assertFails("qvm-usb list work more", 2, "a list takes one VM");
    }

    private void hostDevice(String port, String vendor, String product, String kind, int number) {
        String folder = "/sys/bus/usb/devices/" + port + "/";
        tree.write(folder + "idVendor", vendor + "\n");
        tree.write(folder + "idProduct", product + "\n");
        tree.write(folder + "bDeviceClass", kind + "\n");
        tree.write(folder + "busnum", "2\n");
        tree.write(folder + "devnum", number + "\n");
    }

    private void onQemu() {
        driver(VmmTraits.QEMU);
        runs("sys-net", 1);
        runs("work", 3);
        runs("vault", 4);
        hostDevice("2-1.4", "0951", "1666", "00", 5);
        tree.write("/sys/bus/usb/devices/2-1.4/product", "Data Traveler\u001b[2J\n");
        tree.write("/sys/bus/usb/devices/2-1.4/serial", "60A4\n");
        hostDevice("2-1.10", "046a", "0021", "00", 6);
        hostDevice("2-1", "1d6b", "0002", "09", 2);
        hostDevice("usb2", "1d6b", "0002", "00", 1);
        hostDevice("2-1.4:1.0", "1d6b", "0002", "00", 7);
        hostDevice("2-2", "junk!", "0002", "00", 8);
        steps.clear();
    }

    private List<String> acts() {
        return steps.stream().filter(step -> !step.startsWith("qubesdb open")).toList();
    }

    @Test
    void onQemuThoseOfTheHostAreListedAndGiven() {
        onQemu();
        assertThat(run("qvm-usb").out()).contains("""
                dom0:2-1.4\t0951:1666 Data_Traveler_[2J_60A4
                dom0:2-1.10\t046a:0021
                """).doesNotContain("1d6b", "dom0:2-2");

        assertDone("qvm-usb -a work dom0:2-1.4");
        assertThat(run("qvm-usb").out()).contains("60A4 (attached to work)\n");
        assertFails("qvm-usb -a --no-auto-detach vault dom0:2-1.4", 1, "is attached to VM 'work'");
        assertDone("qvm-usb -a vault dom0:2-1.4");
        assertDone("qvm-usb -d vault");

        assertThat(acts())
                .containsExactly(
                        "libvirt attach work USB device 002:005",
                        "libvirt detach work USB device 002:005",
                        "libvirt attach vault USB device 002:005",
                        "libvirt detach vault USB device 002:005");
        assertThat(asked).isEmpty();
    }

    @Test
    void onQemuThoseOfVmsAreRefused() {
        onQemu();

        assertFails("qvm-usb -a work sys-net:3-2", 1, "is in a VM, and this driver knows those of dom0 only");
        assertFails("qvm-usb -a work dom0:2-1", 2, "there is no USB device 'dom0:2-1'");
        assertFails("qvm-usb -a dom0 dom0:2-1.4", 1, "no device can be attached to dom0");
        assertFails("qvm-usb -a personal dom0:2-1.4", 1, "VM 'personal' does not run");
        assertThat(acts()).isEmpty();
    }
}
