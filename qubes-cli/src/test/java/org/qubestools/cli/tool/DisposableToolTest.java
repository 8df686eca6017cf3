package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.runtime.DisposableMark;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.VmmTraits;

/** {@code qvm-run --dispvm}, where DisposableVMs are restored and where they are booted. */
final class DisposableToolTest extends LiveTest {
    private static final String DVM = "/var/lib/qubes/appvms/fedora-23-dvm";
    private static final String IMAGE = "/var/run/qubes/current-savefile";
    private static final String LEFT = """
              <QubesDisposableVm dispid="9" label="red" name="disp9" netvm_qid="none" qid="99" template_qid="%s" \
            uses_default_netvm="False" uuid="99999999-0000-4000-8000-000000000000"/>
            """;

    private String before = "";

    @BeforeEach
    void makeImage() {
        runs("sys-net", 1);
        runs("sys-firewall", 2);
        services.answering("fedora-23-dvm", "/qubes-save-request", "/qubes-used-mem", "512000");
        vmm.savingFiles();
        assertDone("qvm-create-default-dvm -q --default-template --default-script");
        tree.write(DVM + "/private.img", "what all copies have");
        tree.write(DVM + "/saved-cows.tar", "");
        for (int number = 1; number < 4; number++) {
            tree.write("/var/run/qubes/qrexec.disp" + number, "");
        }
        before = tree.store();
        steps.clear();
    }

    /** Neither store nor files nor domains tell that there was one. */
    private void assertNothingLeft() throws IOException {
        assertThat(tree.store()).isEqualTo(before);
        assertThat(files(DVM)).noneMatch(file -> file.startsWith("disp"));
        assertThat(files("/var/run/qubes")).noneMatch(file -> file.startsWith("qvm-run."));
        assertThat(vmm.domains()).noneMatch(domain -> domain.name().startsWith("disp"));
        assertThat(services.openGrants()).isZero();
        assertThat(services.openConnections()).isZero();
    }

    private List<String> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(tree.path(folder))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private List<String> active() {
        return vmm.domains().stream()
                .filter(DomainSnapshot::active)
                .map(DomainSnapshot::name)
                .toList();
    }

    @Test
    void itIsRestoredServesAndVanishes() throws IOException {
        vmm.restoring();
        host.vms().withCommand("disp1", "tr a b", (input, output, errors) -> {
            assertThat(active()).contains("disp1");
            output.write(new String(input.readAllBytes(), StandardCharsets.US_ASCII)
                    .replace('a', 'b')
                    .getBytes(StandardCharsets.US_ASCII));
            return 42;
        });

        assertThat(tree.runWithInput("qvm-run -q -p --dispvm -- tr a b", "banana"))
                .isEqualTo(new Outcome(42, "bbnbnb", ""));

        assertThat(steps)
                .containsSubsequence(
                        "libvirt restore disp1 " + tree.path(DVM + "/dvm-savefile"),
                        "qubesdb write disp1 /qubes-service/qubes-dvm",
                        "qubesdb write disp1 /qubes-restore-complete",
                        "libvirt resume disp1",
                        "libvirt destroy disp1")
                .noneMatch(step -> step.startsWith("libvirt define disp") || step.startsWith("libvirt create"));
        assertNothingLeft();
    }

    @Test
    void whereTheDriverCannotRestoreItIsBootedWithACopyOfThePrivateImage() throws IOException {
        host.vms().withCommand("disp1", "look", (input, output, errors) -> {
            output.write(Files.readAllBytes(tree.path(DVM + "/disp1-private.img")));
            assertThat(files(DVM)).contains("disp1-volatile.img", "disp1.conf");
            return 0;
        });

        assertThat(run("qvm-run -q -p $dispvm look")).isEqualTo(new Outcome(0, "what all copies have", ""));

        assertThat(steps)
                .containsSubsequence(
                        "libvirt restore disp1 " + tree.path(DVM + "/dvm-savefile"),
                        "libvirt define disp1",
                        "libvirt create paused disp1",
                        "libvirt resume disp1",
                        "libvirt destroy disp1",
                        "libvirt undefine disp1");
        assertNothingLeft();
    }

    @Test
    void itHasWhatTheVmHasThatItIsACopyOf() {
        run("qvm-prefs fedora-23-dvm netvm none");
        run("qvm-prefs fedora-23 default_user guest");
        host.vms().withCommand("disp1", "look", (input, output, errors) -> {
            ExpectedStore store = ExpectedStore.of(tree.store());
            assertThat(store.value("disp1", "memory")).isEqualTo("500");
            assertThat(store.value("disp1", "vcpus")).isEqualTo("1");
            assertThat(store.value("disp1", "netvm_qid")).isEqualTo("none");
            assertThat(store.value("disp1", "dispid")).isEqualTo("1");
            return 7;
        });

        assertThat(run("qvm-run -q -p --dispvm look").code()).isEqualTo(7);
        assertThat(host.vms().calls()).containsExactly("run disp1 guest:look");
    }

    @Test
    void withoutIoItIsWaitedForAllTheSame() throws IOException {
        host.vms().withCommand("disp1", "sort", (input, output, errors) -> {
            input.readAllBytes();
            output.write('x');
            errors.write("no file\n".getBytes(StandardCharsets.US_ASCII));
            return 2;
        });

        Outcome outcome = run("qvm-run -q --dispvm sort");

        assertThat(outcome).isEqualTo(new Outcome(2, "", "qvm-run: warning: the command said: no file\n"));
        assertThat(host.vms().open()).isZero();
        assertNothingLeft();
    }

    @Test
    void eachHasANumberOfItsOwn() {
        run("qvm-run -q --dispvm true");
        run("qvm-run -q --dispvm true");

        assertThat(host.vms().calls()).containsExactly("call disp1 user:true", "call disp2 user:true");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qubesdb start 4 disp1",
                "qubesdb write disp1 /name",
                "qubesdb write disp1 /qubes-restore-complete",
                "qrexec start 4 disp1"
            })
    void aStartThatFailsLeavesNothing(String step) throws IOException {
        services.failingAt(step);

        Outcome outcome = run("qvm-run -q --dispvm true");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("the fake fails at: " + step).hasLineCount(1);
        assertThat(host.vms().calls()).isEmpty();
        assertNothingLeft();
    }

    @Test
    void theUserEndsIt() throws IOException {
        host.vms().withCommand("disp1", "wait", (input, output, errors) -> {
            host.interrupt();
            Thread.sleep(60_000);
            return 0;
        });

        assertThat(run("qvm-run -q -p --dispvm wait")).isEqualTo(new Outcome(130, "", "qvm-run: interrupted\n"));
        assertNothingLeft();
    }

    @Test
    void theUserEndsItBeforeItStarts() throws IOException {
        host.interruptAtOnce();

        assertFails("qvm-run -q -p --dispvm true", 130, "interrupted");
        assertNothingLeft();
    }

    private void leaveBehind(String name) {
        String template = ExpectedStore.of(before).value("fedora-23", "qid");
        tree.write(
                "/var/lib/qubes/qubes.xml",
                before.replace("</QubesVmCollection>", LEFT.formatted(template) + "</QubesVmCollection>"));
        tree.write(DVM + "/" + name + "-private.img", "x");
    }

    private void leftRuns() {
        vmm.with(new DomainSnapshot(
                "disp9", "99999999-0000-4000-8000-000000000000", true, 9, DomainState.RUNNING, 1024, 0));
    }

    @Test
    void whatAKilledRunLeftBehindIsClearedByTheNext() throws IOException {
        leaveBehind("disp9");
        leftRuns();
        tree.write("/var/run/qubes/qvm-run.disp9.lock", "");

        Outcome outcome = run("qvm-run -q --dispvm true");

        assertThat(outcome.err()).isEqualTo("qvm-run: warning: DisposableVM 'disp9' was left behind and is gone now\n");
        assertThat(vmm.calls()).containsSubsequence("destroy disp9", "undefine disp9");
        assertThat(tree.store()).doesNotContain("disp9", "disp1");
        assertThat(files(DVM)).noneMatch(file -> file.startsWith("disp"));
        assertThat(files("/var/run/qubes")).noneMatch(file -> file.startsWith("qvm-run."));
    }

    @Test
    void oneOfOthersGoesOnlyIfItDoesNotRun() throws IOException {
        leaveBehind("disp9");
        leftRuns();

        assertThat(run("qvm-run -q --dispvm true").err()).isEmpty();
        assertThat(tree.store()).contains("disp9");
        assertThat(files(DVM)).contains("disp9-private.img");

        vmm.with(new DomainSnapshot(
                "disp9", "99999999-0000-4000-8000-000000000000", false, -1, DomainState.SHUTOFF, 0, 0));
        run("qvm-run -q --dispvm true");
        assertThat(tree.store()).doesNotContain("disp9");
    }

    @Test
    void oneThatAnotherProcessUsesStays() throws IOException {
        leaveBehind("disp9");
        try (DisposableMark mark = DisposableMark.take(fixed -> tree.path(fixed), "disp9")) {
            assertThat(run("qvm-run -q --dispvm true").err()).isEmpty();
        }

        assertThat(tree.store()).contains("disp9");
        assertThat(files(DVM)).contains("disp9-private.img");
    }

    @Test
    void anImageThatCannotBeUsedIsNamedAndWhatToDo() throws IOException {
        Files.setLastModifiedTime(
                tree.path("/var/lib/qubes/vm-templates/fedora-23/root.img"),
                FileTime.from(Instant.now().plusSeconds(60)));
        assertFails(
                "qvm-run -q --dispvm true",
                1,
                "template 'fedora-23' has changed since the image was saved; make the"
                        + " image anew: qvm-create-default-dvm fedora-23");
        assertNothingLeft();

        Files.setLastModifiedTime(
                tree.path("/var/lib/qubes/vm-templates/fedora-23/root.img"), FileTime.from(Instant.EPOCH));
        Files.delete(tree.path(DVM + "/saved-cows.tar"));
        assertFails("qvm-run -q --dispvm true", 1, DVM + "/saved-cows.tar, is missing; make the image anew");
        assertNothingLeft();

        Files.delete(tree.path(IMAGE));
        assertFails("qvm-run -q --dispvm true", 1, "there is no saved image " + IMAGE);
        assertNothingLeft();
    }

    @Test
    void itIsNoCopyOfARunningVm() throws IOException {
        assertThat(run("qvm-start -q fedora-23-dvm").code()).isZero();

        assertFails("qvm-run -q --dispvm true", 1, "cannot start while 'fedora-23-dvm', which it is a copy of, runs");
        assertNothingLeft();
    }

    @Test
    void withoutAVmForCopiesItSaysHowToMakeOne() throws IOException {
        Files.delete(tree.path("/var/lib/qubes/dvmdata/default-savefile"));
        run("qubes-prefs default-template debian-8");

        assertRefused(
                "qvm-run -q --dispvm true",
                1,
                "there is no VM 'debian-8-dvm', of which DisposableVMs would be"
                        + " copies; make one with qvm-create-default-dvm");
    }

    @Test
    void theVmMadeLastIsTheOneThatIsCopiedAlsoWhereNothingIsSaved() throws IOException {
        driver(VmmTraits.QEMU);
        services.letDatabasesOutliveDomains();

        assertThat(run("qvm-create-default-dvm -q debian-8").code()).isZero();

        assertThat(Files.readSymbolicLink(tree.path("/var/lib/qubes/dvmdata/default-savefile")))
                .hasToString("/var/lib/qubes/appvms/debian-8-dvm/dvm-savefile");
        assertFails("qvm-run -q --dispvm true", 1, "no command can be run in VM 'disp1': this host has no qrexec");
        assertThat(files("/var/lib/qubes/appvms/debian-8-dvm")).noneMatch(file -> file.startsWith("disp"));
        assertThat(services.runningDatabases()).doesNotContain("disp1");
    }

    @Test
    void wrongUse() {
        assertRefused("qvm-run --dispvm", 2, "a command expected");
        assertRefused("qvm-run $dispvm", 2, "a VM and a command expected");
        assertRefused("qvm-run --dispvm -a true", 2, "--dispvm");
        assertRefused("qvm-run --dispvm --all true", 2, "--dispvm");
        assertRefused("qvm-run --dispvm --pause x", 2, "--dispvm");
        assertRefused("qvm-run --dispvm --service a b", 2, "--service");
        assertRefused("qvm-run --offline-mode --dispvm true", 14, "offline mode is on");
    }
}
