package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qubestools.cli.LiveHost;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.Tools;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.runtime.FakeServices;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.fixtures.Fixtures;

/** A dry run of any tool says what it would do, changes nothing, and is no empty promise: the real run does change. */
final class DryRunTest {
    /** By tool a command line that changes something in the tree. */
    private static final List<String> OF_TREE = List.of(
            "qubes-prefs -s updatevm none",
            "qubes-set-updates disable",
            "qubes-store restore ROOT/other.xml",
            "qvm-add-appvm extra fedora-23",
            "qvm-add-template extra",
            "qvm-batch ROOT/some.batch",
            "qvm-backup --scrypt-cost 10 -p ROOT/passphrase ROOT/new.backup work",
            "qvm-backup-restore -p ROOT/passphrase ROOT/sample.backup --skip-dom0-home --ignore-missing"
                    + " --skip-conflicting",
            "qvm-clone work copy",
            "qvm-create -l red -t fedora-23 new",
            "qvm-device pci attach work 00:1a.0",
            "qvm-firewall work -a 10.0.0.1 tcp 80",
            "qvm-grow-private work 4G",
            "qvm-grow-root debian-8 4G",
            "qvm-init-storage",
            "qvm-pci -a work 00:1a.0",
            "qvm-pool add big -o dir_path=/srv/big",
            "qvm-prefs -s work memory 600",
            "qvm-remove work",
            "qvm-service -e work cups",
            "qvm-template-commit debian-8",
            "qvm-volume resize work:private 4G");

    /** By tool a command line that changes what runs: vault runs, work is paused, win7 is halted. */
    private static final List<String> OF_DOMAINS = List.of(
            "qvm-create-default-dvm fedora-23",
            "qvm-kill vault",
            "qvm-pause vault",
            "qvm-shutdown vault",
            "qvm-start personal",
            "qvm-unpause work");

    /** Tools whose test has the dry run too, because they need more than is here. */
    private static final List<String> TESTED_THERE =
            List.of("qvm-block", "qvm-revert-template-changes", "qvm-trim-template");

    /** Tools that have no dry run: they read, or ask a running system for one thing at once. */
    private static final List<String> WITHOUT = List.of(
            "qubes-backup",
            "qubesdb-cmd",
            "qubesdb-daemon",
            "qubesdb-hostd",
            "qubesdb-list",
            "qubesdb-multiread",
            "qubesdb-read",
            "qubesdb-rm",
            "qubesdb-watch",
            "qubesdb-write",
            "qvm-check",
            "qvm-events",
            "qvm-ls",
            "qvm-run",
            "qvm-sync-clock",
            "qvm-top",
            "qvm-usb");

    @TempDir
    private Path root;

    private StoreTree tree;

    @BeforeEach
    void makeTree() throws IOException {
        tree = StoreTree.small(root);
        for (String directory : List.of("appvms/extra", "vm-templates/extra")) {
            for (String image : List.of("root.img", "root-cow.img", "private.img")) {
                tree.sparse("/var/lib/qubes/" + directory + "/" + image, 1 << 20);
            }
        }
        tree.sparse("/var/lib/qubes/vm-templates/debian-8/root-cow.img", 3 << 20);
        tree.write("/var/lib/qubes/vm-templates/debian-8/root-cow.img.old", "old");
        tree.write("/var/lib/qubes/vm-kernels/" + StoreTree.KERNEL + "/modules.img", "m");
        tree.write("/sys/bus/pci/devices/0000:00:1a.0/class", "0x020000\n");
        tree.write("/other.xml", StoreTree.smallStore().replace("name=\"vault\"", "name=\"safe\""));
        tree.write("/some.batch", "qvm-prefs -s work memory 600\n");
        tree.write("/passphrase", "correct horse battery staple\n");
        Files.write(root.resolve("sample.backup"), Fixtures.bytes("backups/v4-gzip.backup"));
    }

    static List<String> ofTree() {
        return OF_TREE;
    }

    static List<String> ofDomains() {
        return OF_DOMAINS;
    }

    @Test
    void everyToolIsHere() {
        List<String> covered = new ArrayList<>(TESTED_THERE);
        Stream.concat(OF_TREE.stream(), OF_DOMAINS.stream())
                .map(line -> line.split(" ", -1)[0])
                .forEach(covered::add);
        List<String> having = new ArrayList<>();
        for (String name : Tools.names()) {
            ToolSpec spec = Tools.named(name).orElseThrow().spec();
            boolean has = spec.commonOptions().contains(CommonOptions.DRY_RUN)
                    || spec.ownOptions().contains(CommonOptions.DRY_RUN);
            if (has) {
                having.add(name);
            }
        }

        assertThat(covered).containsExactlyInAnyOrderElementsOf(having);
        TreeSet<String> all = new TreeSet<>(covered);
        all.addAll(WITHOUT);
        assertThat(all).containsExactlyInAnyOrderElementsOf(Tools.names());
    }

    @ParameterizedTest
    @MethodSource("ofTree")
    void nothingInTheTreeChanges(String commandLine) throws IOException {
        if (commandLine.startsWith("qvm-init-storage")) {
            Files.delete(root.resolve("var/lib/qubes/qubes.xml"));
        }
        String line = commandLine.replace("ROOT", root.toString());
        Map<String, String> before = content();
        Outcome dry = tree.run(line + " --dry-run");

        assertThat(dry.code()).as(dry.err()).isZero();
        assertThat(dry.out()).isNotEmpty();
        assertThat(content()).isEqualTo(before);
        Outcome done = tree.runWithInput(line, "y\n");
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(content()).isNotEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("ofDomains")
    void nothingThatRunsChanges(String commandLine) throws IOException {
        FakeVmm vmm = new FakeVmm(new HostInfo(16000, 4), VmmTraits.QEMU)
                .with(new DomainSnapshot("vault", uuid("vault"), true, 3, DomainState.RUNNING, 400 << 10, 0))
                .with(new DomainSnapshot("work", uuid("work"), true, 4, DomainState.PAUSED, 400 << 10, 0));
        tree.on(new LiveHost(new FakeServices(FakeServices.newSteps())), vmm);
        Map<String, String> before = content();
        Outcome dry = tree.run(commandLine + " --dry-run");

        assertThat(dry.code()).as(dry.err()).isZero();
        assertThat(dry.out()).isNotEmpty();
        assertThat(vmm.calls()).isEmpty();
        assertThat(content()).isEqualTo(before);
        Outcome done = tree.run(commandLine);
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(vmm.calls()).isNotEmpty();
    }

    private static String uuid(String vm) {
        return ExpectedStore.small().value(vm, "uuid");
    }

    /** Every path below the root with what it is, when it was written, and what is in it unless it is large. */
    private Map<String, String> content() throws IOException {
        Map<String, String> all = new TreeMap<>();
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(root)) {
            paths = walk.toList();
        }
        for (Path path : paths) {
            String facts = String.valueOf(
                    Files.readAttributes(path, "unix:mode,ino,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS));
            boolean small = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && Files.size(path) < 1 << 16;
            all.put(
                    root.relativize(path).toString(),
                    small ? facts + Files.readString(path, StandardCharsets.ISO_8859_1) : facts);
        }
        return all;
    }
}
