package org.qubestools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
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
import org.qubestools.cli.store.RepairTree;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.runtime.FakeServices;
import org.qubestools.core.runtime.Programs;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.fixtures.Fixtures;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/**
 * Every example of every manual page, run on a store that has the VMs which they name. An example ends with 0, unless it says
 * here with what else and why.
 */
final class ExamplesTest {
    private static final int INTERRUPTED = 130;

    private static final String LOOP = "qvm-block -A --partition 1 work dom0:/home/user/disk.img";
    private static final String DISK = "libvirt attach disk work xvdi sys-usb:/dev/sda1 w";
    private static final List<String> SYS_USB = List.of("qvm-start work sys-usb");
    private static final String BACKUP = "qvm-backup -y -p passphrase backup work vault";

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
            "weekly.profile",
            "/mnt/target");

    private static final String REPAIR = "qubes-store repair";

    /** Examples that do not end with 0: the code, and parts of what is said. */
    private static final Map<String, Outcome> ELSE = Map.ofEntries(
            // It needs loop devices of the host, and the right to make them; BlockLoopToolTest has both.
            Map.entry(LOOP, new Outcome(1, "", "losetup")),
            // It shows what it would change, and says by its code that there is something.
            Map.entry(REPAIR, new Outcome(1, "vm-4: bad-number: set memory to '400'", "")),
            // Interrupted as soon as they run, which is how they end.
            Map.entry("qvm-events", new Outcome(INTERRUPTED, "", "interrupted")),
            Map.entry("qvm-events --no-qubesdb -n 1 work", new Outcome(INTERRUPTED, "", "interrupted")));

    /** A step of the running system, or a path below the root, by which it is seen that an example has done something. */
    private static final Map<String, String> EFFECT = Map.ofEntries(
            Map.entry("qvm-block -a work sys-usb:sda1", DISK),
            Map.entry("qvm-block attach work sys-usb:sda1", DISK),
            Map.entry("qvm-device block attach work sys-usb:sda1", DISK),
            Map.entry("qvm-usb -a work sys-usb:2-1", "attached sys-usb 2-1"),
            Map.entry("qvm-usb attach work sys-usb:2-1", "attached sys-usb 2-1"),
            Map.entry("qvm-backup -d sys-usb /media/disk", "stored /media/disk"),
            Map.entry("qvm-backup -y --profile weekly.profile", "/mnt/backup/qubes-2016-03-01T120000-2"),
            Map.entry("qvm-backup-restore backup work vault", "/var/lib/qubes/appvms/vault/private.img"),
            Map.entry(
                    "qvm-backup-restore --rename-conflicting --ignore-missing backup",
                    "/var/lib/qubes/appvms/work1/private.img"),
            Map.entry("qvm-revert-template-changes fedora-23", "exec dmsetup create qubes-revert-"),
            Map.entry("qvm-run -p --dispvm 'file -' < strange.bin", "libvirt restore disp1"),
            Map.entry("qvm-sync-clock -v", "date -u -Iseconds -s 2016-03-01T12:00:00+00:00"));

    /** What somebody must have done before. */
    private static final Map<String, List<String>> BEFORE = Map.ofEntries(
            Map.entry("qvm-add-appvm work fedora-23", List.of("qvm-remove --force --just-db work")),
            Map.entry("qvm-create --label blue --class HVM win7", List.of("qvm-remove --force win7")),
            Map.entry("qvm-block -d work", List.of("qvm-start work")),
            Map.entry("qvm-block -A work dom0:/home/user/disk.img", List.of("qvm-start work")),
            Map.entry(LOOP, List.of("qvm-start work")),
            Map.entry("qvm-block -a work sys-usb:sda1", SYS_USB),
            Map.entry("qvm-block attach work sys-usb:sda1", SYS_USB),
            Map.entry("qvm-device block attach work sys-usb:sda1", SYS_USB),
            Map.entry("qvm-usb -a work sys-usb:2-1", SYS_USB),
            Map.entry("qvm-usb attach work sys-usb:2-1", SYS_USB),
            Map.entry("qvm-backup -d sys-usb /media/disk", List.of("qvm-start sys-usb")),
            Map.entry(
                    "qvm-backup -y --profile weekly.profile",
                    List.of("qvm-backup -y -p passphrase --save-profile weekly.profile /mnt/backup work")),
            Map.entry("qvm-backup-restore --dry-run backup", List.of(BACKUP, "qvm-remove --force work vault")),
            Map.entry("qvm-backup-restore backup work vault", List.of(BACKUP, "qvm-remove --force work vault")),
            Map.entry("qvm-backup-restore --rename-conflicting --ignore-missing backup", List.of(BACKUP)),
            Map.entry(
                    "qvm-run -p --dispvm 'file -' < strange.bin",
                    List.of("qvm-create-default-dvm --default-template --default-script")),
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
    private static final Set<String> FOR_AN_EMPTY_STORE = Set.of("qvm-add-template --rpm fedora-23");

    @TempDir
    private Path root;

    private final List<String> steps = FakeServices.newSteps();
    private final FakeServices services = new FakeServices(steps);
    private FakeVmm vmm = new FakeVmm(new HostInfo(16000, 4), VmmTraits.QEMU).loggingTo(steps);

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
        if (Set.of("qvm-run", "qvm-sync-clock", "qvm-trim-template", "qvm-usb", "qvm-device")
                        .contains(tool)
                || commandLine.contains("sys-usb")) {
            vmm = new FakeVmm(new HostInfo(16000, 4), VmmTraits.XEN).loggingTo(steps); // which has qrexec
        }
        prepareServices();
        List<String> words = ShellLine.words(commandLine);
        for (String earlier : BEFORE.getOrDefault(commandLine, List.of())) {
            check(earlier, run(ShellLine.words(earlier)), new Outcome(0, "", ""));
        }
        prepareGuests();
        Outcome expected = ELSE.getOrDefault(commandLine, new Outcome(0, "", ""));
        if (!words.get(0).startsWith("qubesdb-") || serves(commandLine)) {
            check(commandLine, run(words), expected);
            assertEffect(EFFECT.getOrDefault(commandLine, ""));
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
        assertThat(outcome.out()).as(commandLine).contains(expected.out());
        assertThat(outcome.err()).as(commandLine).contains(expected.err());
    }

    private void assertEffect(String effect) {
        if (effect.startsWith("/")) {
            assertThat(root.resolve(effect.substring(1))).exists();
        } else if (!effect.isEmpty()) {
            assertThat(steps).anyMatch(step -> step.contains(effect));
        }
    }

    /** Programs of the host, and the saving of the VM of which DisposableVMs are copies. */
    private void prepareServices() {
        vmm.savingFiles();
        services.answering("fedora-23-dvm", "/qubes-save-request", "/qubes-used-mem", "512000")
                .programs("dmsetup info qubes-revert-", new Programs.Outcome(1, "", "Device does not exist."))
                .programs("losetup --find --show", printed("/dev/loop3\n"), printed("/dev/loop4\n"))
                .programs("dmsetup status", printed("0 4096 snapshot-merge 16/4096 16\n"));
    }

    private static Programs.Outcome printed(String text) {
        return new Programs.Outcome(0, text, "");
    }

    /** What the VMs of devices offer, and what the VM of which DisposableVMs are copies has. */
    private void prepareGuests() throws Exception {
        vmm.restoring();
        services.bringBackDatabase("dom0");
        try (QubesDb database = services.contentOf("sys-usb")) {
            if (services.runningDatabases().contains("sys-usb")) {
                database.write(new QubesDbPath("/qubes-block-devices/sda1/desc"), "Stick");
                database.write(new QubesDbPath("/qubes-block-devices/sda1/size"), "1049600");
                database.write(new QubesDbPath("/qubes-block-devices/sda1/mode"), "w");
                database.write(new QubesDbPath("/qubes-usb-devices/2-1/desc"), "046a:0021 Keyboard");
            }
        }
        Path copied = root.resolve("var/lib/qubes/appvms/fedora-23-dvm");
        if (Files.exists(copied)) {
            Files.writeString(copied.resolve("private.img"), "");
            Files.writeString(copied.resolve("saved-cows.tar"), "");
        }
    }

    private LiveHost host() {
        LiveHost host = new LiveHost(services).typing("correct horse battery staple");
        for (String vm : List.of("work", "sys-net", "disp1", "trim-fedora-23")) {
            host.vms().withAnyCommand(vm, (input, output, errors) -> 0);
        }
        host.vms()
                .withCommand("sys-net", "date -u -Iseconds", (input, output, errors) -> {
                    output.write("2016-03-01T12:00:00+00:00\n".getBytes(StandardCharsets.US_ASCII));
                    return 0;
                })
                .withCommand("work", "QUBESRPC qubes.USBAttach dom0", (input, output, errors) -> {
                    steps.add("attached " + new String(input.readAllBytes(), StandardCharsets.US_ASCII));
                    return 0;
                })
                .with("sys-usb", "qubes.Backup", (input, output, errors) -> {
                    steps.add("stored " + new String(input.readNBytes(11), StandardCharsets.US_ASCII));
                    input.readAllBytes();
                    return 0;
                });
        return host;
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
                .containsAll(EFFECT.keySet())
                .containsAll(FOR_AN_EMPTY_STORE);
    }

    private Outcome run(List<String> words) {
        LiveHost host = host();
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
        if (Set.of("qubes-store check", REPAIR).contains(commandLine)) {
            RepairTree tree = RepairTree.of(root, 6);
            if (commandLine.equals(REPAIR)) {
                tree.edit("memory=\"400\" name=\"vm-4\"", "memory=\"4OO\" name=\"vm-4\"");
            }
            return;
        }
        Path qubes = root.resolve("var/lib/qubes");
        Files.createDirectories(root.resolve("run"));
        Files.createDirectories(root.resolve("var/run/qubes"));
        for (String id : List.of("work", "sys-net", "sys-usb", "disp1", "trim-fedora-23")) {
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
        Files.createDirectories(root.resolve("etc/qubes-rpc/policy"));
        if (commandLine.startsWith("qubes-backup ") || commandLine.contains("--verify-only")) {
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
