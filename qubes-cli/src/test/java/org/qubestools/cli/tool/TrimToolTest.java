package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.runtime.DisposableMark;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.GuestPort;
import org.qubestools.core.vmm.VmmTraits;

/** {@code qvm-trim-template} on a small store, guests in memory; on a real guest: {@link LiveToolsIT}. */
final class TrimToolTest extends LiveTest {
    private static final String TEMPLATE = "/var/lib/qubes/vm-templates/fedora-23/";
    private static final String TEMPORARY = "/var/lib/qubes/appvms/trim-fedora-23";
    private static final String MARK = "/var/run/qubes/qvm-run.trim-fedora-23.lock";
    private static final String DVM = "/var/lib/qubes/appvms/fedora-23-dvm/dvm-savefile";
    private static final int MIB = 1 << 20;

    private Path image;
    private Path old;

    @BeforeEach
    void makeImages() throws IOException {
        image = tree.path(TEMPLATE + "root.img");
        old = tree.path(TEMPLATE + "root-cow.img.old");
        Files.write(image, "x".repeat(2 * MIB).getBytes(StandardCharsets.US_ASCII));
        tree.sparse(TEMPLATE + "root-cow.img", 2 * MIB);
        tree.write(TEMPLATE + "root-cow.img.old", "x".repeat(MIB));
        tree.write("/var/run/qubes/qrexec.trim-fedora-23", "");
        host.vms().withAnyCommand("trim-fedora-23", (input, output, errors) -> {
            makeHole();
            return 0;
        });
    }

    private void makeHole() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(0);
            file.setLength(2 * MIB);
        }
    }

    private void assertNothingLeft() {
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
        assertThat(tree.path(TEMPORARY)).doesNotExist();
        assertThat(tree.path(MARK)).doesNotExist();
        assertThat(vmm.domains()).noneMatch(domain -> domain.name().startsWith("trim-"));
        assertThat(vmm.domains()).noneMatch(DomainSnapshot::active);
        assertThat(services.openGrants()).isZero();
        assertThat(services.openConnections()).isZero();
        assertThat(host.vms().open()).isZero();
    }

    private void assertUntouched(String commandLine, int code, String message) {
        assertRefused(commandLine, code, message);
        assertThat(old).hasSize(MIB);
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
        assertThat(tree.path(TEMPORARY)).doesNotExist();
        assertThat(tree.path(MARK)).doesNotExist();
    }

    @Test
    void onXenAVmThatIsInNoStoreGetsTheImageAndVanishes() {
        Outcome outcome = run("qvm-trim-template -q fedora-23");

        assertThat(outcome)
                .isEqualTo(new Outcome(
                        0, "disk usage before: 3.0 MiB, 1.0 MiB of them changes of before\ndisk usage after: 0\n", ""));
        assertThat(steps)
                .containsSubsequence(
                        "libvirt define trim-fedora-23",
                        "libvirt create paused trim-fedora-23",
                        "libvirt resume trim-fedora-23",
                        "libvirt attach disk trim-fedora-23 xvdi dom0:" + image + " w",
                        "libvirt destroy trim-fedora-23",
                        "libvirt undefine trim-fedora-23")
                .noneMatch(step -> step.startsWith("gui start") || step.contains("sys-firewall"));
        assertThat(host.vms().calls())
                .hasSize(1)
                .element(0)
                .asString()
                .startsWith("call trim-fedora-23 root:")
                .contains("mount -o ro /dev/xvdi", "fstrim -v");
        assertThat(old).doesNotExist();
        assertThat(image).hasSize(2 * MIB);
        assertNothingLeft();
    }

    @Test
    void theResultAsJson() {
        assertThat(run("qvm-trim-template -q --json fedora-23").out())
                .contains(
                        "\"type\": \"trim\"",
                        "\"vm\": \"fedora-23\"",
                        "\"before\": 2097152",
                        "\"after\": 0",
                        "\"old_changes\": 1048576",
                        "\"dry_run\": false");
        assertThat(run("qvm-trim-template -q --json --dry-run fedora-23").out())
                .contains("\"before\": 0", "\"after\": null", "\"dry_run\": true");
    }

    @Test
    void aDryRunOnlyLooks() {
        Outcome outcome = run("qvm-trim-template --dry-run fedora-23");

        assertThat(outcome.out())
                .startsWith("disk usage before: 3.0 MiB")
                .endsWith("the root image of template 'fedora-23' would be trimmed\n");
        assertThat(outcome.err()).isEmpty();
        assertThat(steps).isEmpty();
        assertThat(old).exists();
    }

    @Test
    void whatCannotBeIsRefusedBeforeAnythingIsDone() {
        assertUntouched("qvm-trim-template work", 1, "is no template");
        assertUntouched("qvm-trim-template nosuch", 1, "nosuch");
        assertUntouched("qvm-trim-template", 2, "");
        assertUntouched("qvm-trim-template --offline-mode fedora-23", 14, "offline");
        runs("work", 5);
        assertUntouched("qvm-trim-template fedora-23", 1, "VM 'work', which is based on it, is running");
        assertUntouched("qvm-trim-template --dry-run fedora-23", 1, "VM 'work', which is based on it, is running");
        runs("fedora-23", 6);
        assertUntouched("qvm-trim-template fedora-23", 1, "VM 'fedora-23' is running");
    }

    @Test
    void aTemplateWithoutItsImageIsRefused() throws IOException {
        Files.delete(image);

        assertUntouched("qvm-trim-template fedora-23", 1, "root.img");
    }

    @Test
    void changesThatWereNeverCommittedAreInTheWay() {
        tree.write(TEMPLATE + "root-cow.img", "SnAp");

        assertUntouched("qvm-trim-template fedora-23", 1, "changes that were never committed");
    }

    /** The device-mapper's heading of a store with chunks of 256 sectors, and what is noted first. */
    private static byte[] store(long block, long copy) {
        ByteBuffer bytes = ByteBuffer.allocate(MIB).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("SnAp".getBytes(StandardCharsets.US_ASCII))
                .putInt(1)
                .putInt(1)
                .putInt(256);
        bytes.position(256 * 512);
        return bytes.putLong(block).putLong(copy).array();
    }

    @Test
    void whatAVmHadAsItsDiskWithoutAChangeIsNotInTheWay() throws IOException {
        Path changes = tree.path(TEMPLATE + "root-cow.img");
        Files.write(changes, store(0, 2));
        assertUntouched("qvm-trim-template fedora-23", 1, "changes that were never committed");

        Files.write(changes, store(0, 0));
        assertThat(run("qvm-trim-template -q fedora-23").code()).isZero();
    }

    @Test
    void aDomainOfThatNameThatTheseToolsDidNotLeaveIsInTheWay() {
        String uuid = "99999999-0000-4000-8000-000000000000";
        vmm.with(new DomainSnapshot("trim-fedora-23", uuid, true, 9, DomainState.RUNNING, 1024, 0));

        Outcome outcome = run("qvm-trim-template -q fedora-23");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("a domain or a directory of the name 'trim-fedora-23'");
        assertThat(state("trim-fedora-23")).isEqualTo(DomainState.RUNNING);
        assertThat(tree.path(MARK)).doesNotExist();
    }

    @Test
    void aDirectoryOfThatNameIsInTheWay() {
        tree.write(TEMPORARY + "/private.img", "mine");

        assertFails("qvm-trim-template -q fedora-23", 1, "a domain or a directory of the name 'trim-fedora-23'");
        assertThat(tree.path(TEMPORARY + "/private.img")).hasContent("mine");
    }

    @Test
    void aVmOfThatNameIsInTheWay() {
        assertThat(run("qvm-create -q -l red trim-fedora-23").code()).isZero();

        assertRefused("qvm-trim-template fedora-23", 1, "VM 'trim-fedora-23' has the name");
        assertThat(old).exists();
    }

    @Test
    void whatAKilledProcessLeftIsClearedAway() {
        String uuid = "99999999-0000-4000-8000-000000000000";
        vmm.with(new DomainSnapshot("trim-fedora-23", uuid, true, 9, DomainState.RUNNING, 1024, 0));
        tree.write(TEMPORARY + "/private.img", "x");
        tree.write(TEMPORARY + "/volatile.img", "x");
        tree.write(MARK, "");

        assertThat(run("qvm-trim-template -q fedora-23").code()).isZero();

        assertThat(steps)
                .containsSubsequence(
                        "libvirt destroy trim-fedora-23",
                        "libvirt undefine trim-fedora-23",
                        "libvirt create paused trim-fedora-23",
                        "libvirt destroy trim-fedora-23");
        assertNothingLeft();
    }

    @Test
    void theTemplateDoesNotStartWhileWhatWasLeftHasItsImage() {
        String uuid = "99999999-0000-4000-8000-000000000000";
        vmm.with(new DomainSnapshot("trim-debian-8", uuid, true, 9, DomainState.RUNNING, 1024, 0));
        tree.write(MARK.replace("fedora-23", "debian-8"), "");
        tree.write("/var/run/qubes/qrexec.trim-debian-8", "");
        tree.write("/var/run/qubes/qrexec.debian-8", "");
        host.vms().withAnyCommand("trim-debian-8", (input, output, errors) -> 0);
        runs("sys-firewall", 2);

        assertFails("qvm-start -q debian-8", 1, "template 'debian-8' cannot start while VM 'trim-debian-8' has its");
        assertThat(steps).noneMatch(step -> step.contains("create paused"));

        assertThat(run("qvm-trim-template -q debian-8").code()).isZero();
        assertDone("qvm-start -q debian-8");
    }

    @Test
    void whileAnotherProcessUsesItItIsLeftAlone() {
        try (DisposableMark mark = DisposableMark.take(tree::path, "trim-fedora-23")) {
            assertFails("qvm-trim-template -q fedora-23", 1, "'trim-fedora-23' is in use");
            assertThat(steps).noneMatch(step -> step.contains("create paused"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qubesdb start 1 trim-fedora-23",
                "qubesdb write trim-fedora-23 /name",
                "qrexec start 1 trim-fedora-23"
            })
    void aStartThatFailsLeavesNothing(String step) {
        services.failingAt(step);

        assertFails("qvm-trim-template -q fedora-23", 1, "the fake fails at: " + step);

        assertThat(host.vms().calls()).isEmpty();
        assertThat(old)
                .as("nothing was trimmed, so changes can still be taken back")
                .hasSize(MIB);
        assertNothingLeft();
    }

    @Test
    void aTrimThatFailsIsToldAndLeavesNothing() {
        host.vms().withAnyCommand("trim-fedora-23", (input, output, errors) -> {
            errors.write("fstrim: not supported\n".getBytes(StandardCharsets.US_ASCII));
            return 1;
        });

        assertFails(
                "qvm-trim-template -q fedora-23",
                1,
                "the root image of template 'fedora-23' could not be trimmed: fstrim ended with status 1, fstrim: not");
        assertNothingLeft();
    }

    @Test
    void theUserEndsIt() {
        host.vms().withAnyCommand("trim-fedora-23", (input, output, errors) -> {
            host.interrupt();
            Thread.sleep(60_000);
            return 0;
        });

        assertFails("qvm-trim-template -q fedora-23", 130, "interrupted");
        assertNothingLeft();
    }

    @Test
    void theUserEndsItBeforeItStarts() {
        host.interruptAtOnce();

        assertFails("qvm-trim-template -q fedora-23", 130, "interrupted");
        assertThat(old).hasSize(MIB);
        assertNothingLeft();
    }

    @Test
    void aLongNameIsCut() {
        assertDone("qvm-prefs -s debian-8 name a-template-whose-name-is-long-1");
        tree.write("/var/run/qubes/qrexec.trim-a-template-whose-name-is-l", "");
        host.vms().withAnyCommand("trim-a-template-whose-name-is-l", (input, output, errors) -> 0);

        assertThat(run("qvm-trim-template -q a-template-whose-name-is-long-1").code())
                .isZero();

        assertThat(vmm.calls()).contains("create paused trim-a-template-whose-name-is-l");
    }

    private void savedAt(Instant time) throws IOException {
        runs("sys-net", 1);
        runs("sys-firewall", 2);
        services.answering("fedora-23-dvm", "/qubes-save-request", "/qubes-used-mem", "512000");
        vmm.savingFiles();
        assertDone("qvm-create-default-dvm -q fedora-23");
        for (String netvm : new String[] {"sys-firewall", "sys-net"}) {
            assertThat(run("qvm-kill -q " + netvm).code()).isZero();
        }
        Files.setLastModifiedTime(image, FileTime.from(Instant.parse("2016-05-01T10:00:00Z")));
        Files.setLastModifiedTime(tree.path(DVM), FileTime.from(time));
    }

    private boolean imageIsUpToDate() throws IOException {
        return Files.getLastModifiedTime(tree.path(DVM)).compareTo(Files.getLastModifiedTime(image)) >= 0;
    }

    @Test
    void theSavedImageOfDisposableVmsStaysUpToDate() throws IOException {
        savedAt(Instant.parse("2016-05-01T11:00:00Z"));

        assertThat(run("qvm-trim-template -q fedora-23").code()).isZero();

        assertThat(imageIsUpToDate()).isTrue();
    }

    @Test
    void oneThatWasOutdatedStaysSo() throws IOException {
        savedAt(Instant.parse("2016-05-01T09:00:00Z"));

        assertThat(run("qvm-trim-template -q fedora-23").code()).isZero();

        assertThat(imageIsUpToDate()).isFalse();
    }

    @Test
    void onQemuTheTemplateItselfIsStartedAndShutDownAgain() {
        driver(VmmTraits.QEMU);
        for (GuestPort port : GuestPort.commands()) {
            tree.write(port.socket("fedora-23"), "nobody listens");
        }

        Outcome outcome = run("qvm-trim-template -q fedora-23");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("fedora-23").hasLineCount(1);
        assertThat(steps)
                .containsSubsequence("libvirt create paused fedora-23", "libvirt shutdown fedora-23")
                .noneMatch(step -> step.contains("trim-") || step.contains("sys-net"));
        assertThat(old).doesNotExist();
        assertThat(state("fedora-23")).isEqualTo(DomainState.SHUTOFF);
    }

    @Test
    void forAUserWhoEndsItTheTemplateIsShutDownToo() {
        driver(VmmTraits.QEMU);
        vmm.forgettingShutdown("fedora-23", 1);
        for (GuestPort port : GuestPort.commands()) {
            tree.write(port.socket("fedora-23"), "nobody listens");
        }
        steps.at("libvirt resume fedora-23", host::interrupt);

        assertFails("qvm-trim-template -q fedora-23", 130, "interrupted");
        assertThat(vmm.domains()).noneMatch(DomainSnapshot::active);
    }
}
