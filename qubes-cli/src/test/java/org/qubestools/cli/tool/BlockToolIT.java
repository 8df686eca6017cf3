package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.LiveHost;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.libvirt.LibvirtOptions;
import org.qubestools.core.libvirt.LibvirtVmm;
import org.qubestools.core.libvirt.PrivateLibvirtd;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.CommandStreams;
import org.qubestools.core.runtime.FakeServices;
import org.qubestools.core.runtime.QrexecCommand;
import org.qubestools.core.runtime.Steps;
import org.qubestools.core.runtime.TinyGuest;
import org.qubestools.core.runtime.VirtioQrexec;
import org.qubestools.core.vmm.DriverSettings;
import org.qubestools.core.vmm.RealHostFiles;

/** {@code qvm-block} with a real loop device, libvirt's QEMU driver and a Linux that reads what it got. */
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BlockToolIT {
    private static final String MARKER = "what only the partition has";
    private static final String FIND =
            "for d in /sys/block/vd*; do [ \"$(cat $d/serial)\" = xvdi ] && head -c 27 /dev/${d##*/}; done; true";

    /** The guest sees a new disk some tenths of a second later. */
    private static final String FIND_SOON =
            "n=0; while ! grep -q xvdi /sys/block/vd*/serial && [ $n -lt 50 ]; do sleep 0.2; n=$((n+1)); done; " + FIND;

    @TempDir
    private Path folder;

    private final Steps steps = new Steps();
    private final FakeServices services = new FakeServices(steps);
    private StoreTree tree;
    private String uri;

    @Test
    void aPartitionOfALoopDeviceIsReadInTheGuest() throws Exception {
        Path made = TinyGuest.madeOrSkip();
        try (LoopDevice loop = LoopDevice.makeOrSkip(folder.resolve("disk.img"), MARKER);
                PrivateLibvirtd daemon = PrivateLibvirtd.startOrSkip()) {
            uri = daemon.qemu();
            tree = StoreTree.small(Files.createDirectory(folder.resolve("tree")));
            String uuid = ExpectedStore.small().value("work", "uuid");
            virsh(
                    "create",
                    Files.writeString(folder.resolve("work.xml"), domain(made, uuid))
                            .toString());
            services.bringBackDatabase("work");
            assertThat(inGuest("true")).isEmpty();

            assertThat(run("qvm-block").out()).contains("dom0:" + loop.partitionName() + "\t");
            assertThat(run("qvm-block -a work dom0:" + loop.partitionName())).isEqualTo(new Outcome(0, "", ""));

            assertThat(inGuest(FIND_SOON)).isEqualTo(MARKER);
            assertThat(steps).contains("qubesdb write work /qubes-block-devices");
            assertThat(run("qvm-block").out()).contains("p1\t", "(attached to 'work' as 'xvdi')");
            String disk = loop.node().substring("/dev/".length());
            Outcome whole = run("qvm-block -a work dom0:" + disk);
            assertThat(whole.code()).isEqualTo(1);
            assertThat(whole.err()).contains("shares data with a disk of VM 'work' as 'xvdi'");
            assertThat(run("qvm-block").out()).contains("p1\t").doesNotContain("dom0:" + disk + "\t");

            assertThat(run("qvm-block -d dom0:" + loop.partitionName())).isEqualTo(new Outcome(0, "", ""));
            assertThat(inGuest(FIND)).isEmpty();

            assertThat(run("qvm-block -a work dom0:" + disk)).isEqualTo(new Outcome(0, "", ""));
            Outcome part = run("qvm-block -a work dom0:" + loop.partitionName());
            assertThat(part.code()).isEqualTo(1);
            assertThat(part.err()).contains("shares data with a disk of VM 'work' as 'xvdi'");
            assertThat(run("qvm-block -d work")).isEqualTo(new Outcome(0, "", ""));

            assertThat(run("qvm-block -A --ro work dom0:" + loop.partition())).isEqualTo(new Outcome(0, "", ""));
            virsh("destroy", "work");
            assertThat(run("qvm-block").out()).doesNotContain("attached to");
        }
    }

    private LibvirtVmm vmm() {
        RealHostFiles files = new RealHostFiles(Path::of);
        return LibvirtVmm.open(
                new LibvirtOptions(uri, Duration.ofSeconds(60), DriverSettings.NONE, files), warning -> {});
    }

    /** Each run closes its connection. */
    private Outcome run(String commandLine) {
        return tree.on(new LiveHost(services).inRealTime(), vmm()).run(commandLine);
    }

    private void virsh(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("virsh", "-q", "-c", uri));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private String inGuest(String command) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        int status = new VirtioQrexec(
                        vm -> List.of(folder.resolve("qrexec")), WaitTime.SYSTEM, VirtioQrexec.ORDINARY_PATIENCE)
                .run(
                        new QrexecCommand(new VmName("work"), "root", command, null, false, false),
                        new CommandStreams(InputStream.nullInputStream(), output, new ByteArrayOutputStream()));
        assertThat(status).isZero();
        return output.toString(StandardCharsets.US_ASCII);
    }

    private String domain(Path made, String uuid) throws Exception {
        Path kernel = made.resolve("vm-kernels/tiny");
        Path template = made.resolve("vm-templates/tiny");
        StringBuilder disks = new StringBuilder();
        for (String disk : List.of("root", "private")) {
            Path copy = folder.resolve(disk + ".img");
            assertThat(new ProcessBuilder(
                                    "cp",
                                    "--sparse=always",
                                    template.resolve(disk + ".img").toString(),
                                    copy.toString())
                            .start()
                            .waitFor())
                    .isZero();
            disks.append(disk(copy, disk.equals("root") ? "a" : "b", ""));
        }
        disks.append(disk(kernel.resolve("modules.img"), "d", "<readonly/>"));
        return """
                <domain type='qemu'><name>work</name><uuid>%s</uuid><memory unit='MiB'>128</memory>
                <os><type arch='x86_64' machine='pc'>hvm</type><kernel>%s</kernel><initrd>%s</initrd>
                <cmdline>console=ttyS0 quiet tiny.name=work</cmdline></os><features><acpi/></features>
                <cpu mode='custom' match='exact' check='none'><model fallback='allow'>Nehalem</model></cpu>
                <devices>%s<serial type='file'><source path='%s'/></serial>
                <channel type='unix'><source mode='bind' path='%s'/>
                <target type='virtio' name='org.qubes.qrexec.0'/></channel></devices></domain>
                """.formatted(
                        uuid,
                        kernel.resolve("vmlinuz"),
                        kernel.resolve("initramfs"),
                        disks,
                        folder.resolve("console"),
                        folder.resolve("qrexec"));
    }

    private static String disk(Path file, String letter, String more) {
        return "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='" + file
                + "'/><target dev='vd" + letter + "' bus='virtio'/><serial>xvd" + letter + "</serial>" + more
                + "</disk>";
    }
}
