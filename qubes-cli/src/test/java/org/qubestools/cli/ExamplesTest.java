package org.qubestools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.runtime.FakeServices;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.fixtures.Fixtures;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/**
 * Every example of every manual page, run on a store that has the VMs which they name. An example ends with 0, unless it says
 * here with what else and why.
 */
final class ExamplesTest {
    private static final int USAGE = 2;
    private static final int INTERRUPTED = 130;

    private static final String[] TEMPLATES = {"fedora-23"};
    private static final String[] SERVICE_VMS = {"sys-net", "sys-firewall", "sys-usb"};
    private static final String[] APP_VMS = {"work", "vault", "personal", "win7", "old", "test-1"};

    /** Words that stand for a file of the caller; here they lie below the root. */
    private static final Set<String> FILES = Set.of(
            "backup",
            "out",
            "passphrase",
            "strange.bin",
            "/mnt/backup",
            "vms.html",
            "private.img",
            "setup.batch",
            "/mnt/target");

    /** Examples that need what a test does not have: the code, and a part of what is said. */
    private static final Map<String, Outcome> ELSE = Map.ofEntries(
            // The VMs of this test publish no devices and have no programs; BlockToolTest, UsbToolTest, RunToolTest do.
            Map.entry("qvm-block -a work sys-usb:sda1", new Outcome(USAGE, "", "there is no device 'sys-usb:sda1'")),
            Map.entry("qvm-device block attach work sys-usb:sda1", new Outcome(USAGE, "", "there is no device")),
            Map.entry("qvm-usb -a work sys-usb:2-1", new Outcome(USAGE, "", "there is no USB device 'sys-usb:2-1'")),
            // The user of dom0 has another name than that of the backup, which has neither VM vault nor a template for
            // work.
            Map.entry("qvm-backup-restore --dry-run backup", new Outcome(1, "", "there are conflicts")),
            Map.entry("qvm-backup-restore backup work vault", new Outcome(1, "", "")),
            Map.entry(
                    "qvm-backup-restore --rename-conflicting --ignore-missing backup",
                    new Outcome(1, "", "there are conflicts")),
            // Nor does a VM take a backup here, nor the host have loop devices for everybody.
            Map.entry("qvm-backup -d sys-usb /media/disk", new Outcome(1, "", "sys-usb")),
            Map.entry("qvm-revert-template-changes fedora-23", new Outcome(1, "", "losetup")),
            // On a host with qrexec the image of DisposableVMs is a saved VM, which the fake VMM does not save.
            Map.entry("qvm-run -p --dispvm 'file -' < strange.bin", new Outcome(1, "", "fedora-23-dvm")),
            Map.entry("qvm-block attach work sys-usb:sda1", new Outcome(USAGE, "", "there is no device")),
            Map.entry("qvm-usb attach work sys-usb:2-1", new Outcome(USAGE, "", "there is no USB device")),
            // Programs of the host are not run here, nobody has saved the profile, and the tree of this test lacks
            // files.
            Map.entry("qvm-block -A --partition 1 work dom0:/home/user/disk.img", new Outcome(1, "", "losetup")),
            Map.entry("qvm-backup -y --profile weekly.profile", new Outcome(1, "", "weekly.profile")),
            Map.entry("qubes-store check", new Outcome(1, "", "")),
            Map.entry("qubes-store repair", new Outcome(1, "", "")),
            // The time that it is told is none.
            Map.entry("qvm-sync-clock -v", new Outcome(1, "", "is no time in UTC")),
            // Interrupted as soon as they run, which is how they end.
            Map.entry("qvm-events", new Outcome(INTERRUPTED, "", "interrupted")),
            Map.entry("qvm-events --no-qubesdb -n 1 work", new Outcome(INTERRUPTED, "", "interrupted")));

    /** What somebody must have done before. */
    private static final Map<String, List<String>> BEFORE = Map.ofEntries(
            Map.entry("qvm-add-appvm work fedora-23", List.of("qvm-remove --force --just-db work")),
            Map.entry("qvm-create --label blue --class HVM win7", List.of("qvm-remove --force win7")),
            Map.entry("qvm-block -d work", List.of("qvm-start work")),
            Map.entry("qvm-block -A work dom0:/home/user/disk.img", List.of("qvm-start work")),
            Map.entry("qvm-block -A --partition 1 work dom0:/home/user/disk.img", List.of("qvm-start work")),
            Map.entry("qvm-check --running 'sys-*'", List.of("qvm-start sys-net sys-firewall sys-usb")),
            Map.entry(
                    "qvm-firewall work -d 2",
                    List.of(
                            "qvm-firewall work -P deny",
                            "qvm-firewall work -a a.org tcp 80",
                            "qvm-firewall work -a b.org tcp 80")),
            Map.entry(
                    "qubes-store history work",
                    List.of(
                            "qvm-prefs -s work memory 600",
                            "qvm-prefs -s work memory 700",
                            "qvm-prefs -s work memory 800")),
            Map.entry(
                    "qubes-store diff 12",
                    IntStream.range(600, 613)
                            .mapToObj(mib -> "qvm-prefs -s work memory " + mib)
                            .toList()),
            Map.entry(
                    "qubes-store undo",
                    List.of(
                            "qvm-prefs -s work memory 600",
                            "qvm-prefs -s work memory 700",
                            "qvm-prefs -s work memory 800")),
            Map.entry("qvm-kill work", List.of("qvm-start work")),
            Map.entry("qvm-pause work", List.of("qvm-start work")),
            Map.entry("qvm-shutdown work", List.of("qvm-start work")),
            Map.entry("qvm-run work firefox", List.of("qvm-start work")),
            Map.entry("qvm-run -p work 'uname -a'", List.of("qvm-start work")),
            Map.entry("qvm-run -p -- work cat '/home/user/a b'", List.of("qvm-start work")),
            Map.entry("qvm-sync-clock -v", List.of("qvm-start sys-net")),
            Map.entry("qvm-pool remove ssd", List.of("qvm-pool add ssd -o dir_path=/var/lib/qubes-ssd")));

    /** Examples for a store that has no VMs yet. */
    private static final Set<String> FOR_AN_EMPTY_STORE = Set.of(
            "qvm-add-template --rpm fedora-23",
            "qvm-backup-restore --dry-run backup",
            "qvm-backup-restore backup work vault",
            "qvm-backup-restore --rename-conflicting --ignore-missing backup");

    @TempDir
    private Path root;

    private FakeVmm vmm = new FakeVmm(new HostInfo(16000, 4), VmmTraits.QEMU);

    static Stream<String> examples() {
        return Tools.names().stream()
                .flatMap(name -> Tools.named(name).orElseThrow().spec().examples().stream())
                .map(ToolSpec.Example::commandLine);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleDoesWhatItSays(String commandLine) throws Exception {
        makeTree(commandLine);
        String tool = commandLine.replaceFirst(" .*", "");
        if (Set.of("qvm-run", "qvm-sync-clock", "qvm-trim-template").contains(tool)) {
            vmm = new FakeVmm(new HostInfo(16000, 4), VmmTraits.XEN); // which has qrexec
        }
        List<String> words = ShellLine.words(commandLine);
        for (String earlier : BEFORE.getOrDefault(commandLine, List.of())) {
            check(earlier, run(ShellLine.words(earlier)), new Outcome(0, "", ""));
        }
        Outcome expected = ELSE.getOrDefault(commandLine, new Outcome(0, "", ""));
        if (!words.get(0).startsWith("qubesdb-") || serves(commandLine)) {
            check(commandLine, run(words), expected);
            return;
        }
        Path folder = root.resolve("run");
        try (DocumentedDatabase local = DocumentedDatabase.start(folder);
                QubesDbDaemon daemon = commandLine.contains(" start ")
                        ? null
                        : QubesDbDaemon.start(folder, "work", DaemonOptions.DEFAULT);
                Changes changes = daemon == null ? null : new Changes(folder)) {
            check(commandLine, run(words), expected);
        }
    }

    /** It is a daemon itself. */
    private static boolean serves(String commandLine) {
        return commandLine.startsWith("qubesdb-daemon") || commandLine.equals("qubesdb-hostd");
    }

    private static void check(String commandLine, Outcome outcome, Outcome expected) {
        assertThat(outcome.code())
                .as("%s: %s%s", commandLine, outcome.out(), outcome.err())
                .isEqualTo(expected.code());
        assertThat(outcome.err()).as(commandLine).contains(expected.err());
    }

    /** Writes what examples read into the database of the VM work, and changes it for those who watch. */
    private static final class Changes implements AutoCloseable {
        private final Thread thread;
        private final ToolRunner runner;
        private volatile boolean over;

        Changes(Path folder) {
            runner = new ToolRunner().environment("QUBES_RUN_DIR", folder.toString());
            write();
            thread = new Thread(() -> {
                while (!over) {
                    write();
                }
            });
            thread.start();
        }

        private void write() {
            for (String key : List.of("/name", "/qubes-tools/version", "/qubes-service/cups", "/qubes-block-devices")) {
                runner.run("qubesdb-write -d work " + key + " 1");
            }
        }

        @Override
        public void close() throws InterruptedException {
            over = true;
            thread.join();
        }
    }

    @Test
    void whatIsExpectedIsOfAnExample() {
        assertThat(examples())
                .containsAll(ELSE.keySet())
                .containsAll(BEFORE.keySet())
                .containsAll(FOR_AN_EMPTY_STORE);
    }

    private Outcome run(List<String> words) {
        LiveHost host = new LiveHost(new FakeServices(FakeServices.newSteps())).typing("correct horse battery staple");
        for (String vm : List.of("work", "sys-net", "disp1", "trim-fedora-23")) {
            host.vms().withAnyCommand(vm, (input, output, errors) -> 0);
        }
        if (Set.of("qvm-revert-template-changes", "qvm-sync-clock").contains(words.get(0))) {
            host.asRoot();
        }
        if (Set.of("qvm-top", "qvm-events", "qubesdb-daemon", "qubesdb-hostd").contains(words.get(0))) {
            host.interruptAtOnce();
        }
        List<String> placed = new ArrayList<>();
        for (String word : words) {
            placed.add(
                    word.equals("dom0:/home/user/disk.img")
                            ? "dom0:" + root.resolve("strange.bin")
                            : FILES.contains(word)
                                    ? root.resolve(word.replaceFirst("^/", "")).toString()
                                    : word);
        }
        if (words.get(0).equals("qubesdb-watch")) {
            placed.set(placed.indexOf("-1"), "1"); // else it would never end
        }
        ToolRunner runner = new ToolRunner(host)
                .environment("QUBES_ROOT", root.toString())
                .environment("QUBES_RUN_DIR", root.resolve("run").toString())
                .environment("NOTIFY_SOCKET", "@none")
                .environment("QUBES_LIBVIRT_URI", "qemu:///session")
                .vmm(vmm)
                .input("y\ny\n");
        return runner.runWords(placed);
    }

    private void makeTree(String commandLine) throws IOException {
        Path qubes = root.resolve("var/lib/qubes");
        Files.createDirectories(root.resolve("run"));
        Files.createDirectories(root.resolve("var/run/qubes"));
        for (String id : List.of("work", "sys-net", "trim-fedora-23")) {
            Files.writeString(root.resolve("run/qrexec." + id), "");
            Files.writeString(root.resolve("var/run/qubes/qrexec." + id), "");
        }
        Files.createDirectories(root.resolve("mnt/backup"));
        Map<String, String[]> places = new LinkedHashMap<>();
        places.put("vm-templates", TEMPLATES);
        places.put("servicevms", SERVICE_VMS);
        places.put("appvms", APP_VMS);
        for (Map.Entry<String, String[]> place : places.entrySet()) {
            for (String vm : place.getValue()) {
                images(qubes.resolve(place.getKey()).resolve(vm));
            }
        }
        for (String file : List.of("vmlinuz", "initramfs", "modules.img")) {
            Files.createDirectories(qubes.resolve("vm-kernels/4.4.14-11"));
            Files.writeString(qubes.resolve("vm-kernels/4.4.14-11").resolve(file), "x");
        }
        Files.writeString(qubes.resolve("vm-templates/fedora-23/root-cow.img.old"), "SnAp");
        for (String file : List.of("vmlinuz", "initramfs", "modules.img")) {
            Files.createDirectories(qubes.resolve("vm-templates/fedora-23/kernels"));
            Files.writeString(qubes.resolve("vm-templates/fedora-23/kernels").resolve(file), "x");
        }
        Files.writeString(qubes.resolve("setup.iso"), "iso");
        Files.writeString(root.resolve("strange.bin"), "strange");
        Files.writeString(root.resolve("setup.batch"), "qvm-prefs -s work memory 600\n");
        Files.writeString(root.resolve("passphrase"), "correct horse battery staple\n");
        if (!commandLine.startsWith("qvm-backup ")) {
            Files.write(root.resolve("backup"), Fixtures.bytes("backups/v4-gzip.backup"));
        }
        if (!commandLine.startsWith("qvm-init-storage")) {
            Files.writeString(
                    qubes.resolve("qubes.xml"),
                    FOR_AN_EMPTY_STORE.contains(commandLine) ? "<QubesVmCollection/>\n" : store());
        }
    }

    private static void images(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String image : List.of("root.img", "root-cow.img", "private.img", "volatile.img")) {
            try (RandomAccessFile file =
                    new RandomAccessFile(directory.resolve(image).toFile(), "rw")) {
                file.setLength(2 << 20);
            }
        }
    }

    /** The store of the first session, and the other VMs that examples name. */
    private static String store() throws IOException {
        String small = Files.readString(ProjectFiles.smallStore());
        String work = small.lines()
                .filter(line -> line.contains("name=\"work\""))
                .findFirst()
                .orElseThrow();
        String net = small.lines()
                .filter(line -> line.contains("name=\"sys-net\""))
                .findFirst()
                .orElseThrow();
        StringBuilder more = new StringBuilder();
        int qid = 10;
        for (String name : List.of("personal", "old", "test-1")) {
            more.append(copied(work, "work", name, qid++)).append('\n');
        }
        more.append(copied(net, "sys-net", "sys-usb", qid++)
                        .replace("netid=\"1\"", "netid=\"9\"")
                        .replaceFirst("pcidevs=\"[^\"]*\"", "pcidevs=\"[]\""))
                .append('\n');
        more.append(copied(work, "work", "win7", qid)
                        .replace("QubesAppVm", "QubesHVm")
                        .replace("template_qid=\"1\"", "template_qid=\"none\""))
                .append('\n');
        return small.replace("</QubesVmCollection>", more + "</QubesVmCollection>");
    }

    private static String copied(String element, String name, String copy, int qid) {
        return element.replace("\"" + name + "\"", "\"" + copy + "\"")
                .replace("/" + name + "\"", "/" + copy + "\"")
                .replace("\"" + name + ".conf\"", "\"" + copy + ".conf\"")
                .replaceFirst(" qid=\"[0-9]+\"", " qid=\"" + qid + "\"")
                .replaceFirst(" uuid=\"[^\"]*\"", "");
    }

    /** What a shell makes of an example: the words of its first command, without where its output goes. */
    private static final class ShellLine {
        static List<String> words(String line) {
            List<String> words = new ArrayList<>();
            StringBuilder word = new StringBuilder();
            boolean begun = false;
            boolean quoted = false;
            for (char c : (line + " ").toCharArray()) {
                if (c == '\'') {
                    quoted = !quoted;
                    begun = true;
                } else if (c == ' ' && !quoted) {
                    if (begun
                            && (word.toString().equals("&&") || word.toString().matches("[<>|]"))) {
                        return words;
                    }
                    if (begun) {
                        words.add(word.toString());
                    }
                    word.setLength(0);
                    begun = false;
                } else {
                    word.append(c);
                    begun = true;
                }
            }
            return words;
        }
    }
}
