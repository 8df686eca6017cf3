package org.qubestools.conformance;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.ToolRunner;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.FakeVmm;

/** Directory trees as the recordings had them, below one temporary directory. */
final class Trees {
    private static final long GIB = 1024L * 1024 * 1024;
    private static final Map<String, String> SUBDIRECTORIES = Map.of(
            "QubesTemplateVm", "vm-templates",
            "QubesTemplateHVm", "vm-templates",
            "QubesNetVm", "servicevms",
            "QubesProxyVm", "servicevms",
            "QubesAppVm", "appvms",
            "QubesHVm", "appvms");

    /** What belongs to the host, and the directories above all VMs. */
    private static final String HISTORY = "/var/lib/qubes/backup/generation-";

    private static final Pattern ELSEWHERE =
            Pattern.compile("/(?:etc|sys|run|usr|tmp|var/run)(?:/|$)|/(?:var(?:/lib)?)?$");

    private final Path directory;
    private final Path storageConf;
    private int count;

    Trees(Path directory, Path storageConf) {
        this.directory = directory;
        this.storageConf = storageConf;
    }

    /** A tree with nothing but a store. */
    Path empty(byte[] store) throws IOException {
        Path root = directory.resolve("tree" + count++);
        Path file = root.resolve("var/lib/qubes/qubes.xml");
        Files.createDirectories(file.getParent());
        Files.write(file, store);
        if (Files.isRegularFile(storageConf)) {
            Files.createDirectories(root.resolve("etc/qubes"));
            Files.copy(storageConf, root.resolve("etc/qubes/storage.conf"));
        }
        return root;
    }

    /** Tools as root, offline: only the root directory is given. */
    ToolRunner offline(Path root) {
        return new ToolRunner(new FakeHost(0, false)).environment("QUBES_ROOT", root.toString());
    }

    /** Tools as root with a running system. */
    ToolRunner online(Path root, FakeVmm vmm) {
        return offline(root)
                .environment("QUBES_LIBVIRT_URI", "test:///recorded")
                .vmm(vmm);
    }

    /** A tree with all files of the VMs, kernels, pools and PCI devices. */
    Path full(byte[] store, List<String> pciDevices) throws IOException {
        Path root = empty(store);
        Map<String, Map<String, String>> elements = StoreXml.elements(store);
        Set<String> kernels = new TreeSet<>();
        for (Map.Entry<String, Map<String, String>> element : elements.entrySet()) {
            String kernel =
                    element.getValue().get(element.getKey().equals(StoreXml.GLOBALS) ? "default_kernel" : "kernel");
            if (kernel != null && !kernel.equalsIgnoreCase("none")) {
                kernels.add(kernel);
            }
            vm(root, element.getKey().split(" ", 2)[0], element.getValue());
        }
        for (String kernel : kernels) {
            for (String file : List.of("vmlinuz", "initramfs", "modules.img")) {
                create(root.resolve("var/lib/qubes/vm-kernels/" + kernel + "/" + file), 0);
            }
        }
        for (String subdirectory : List.of("appvms", "vm-templates", "servicevms", "backup", "updates", "dvmdata")) {
            Files.createDirectories(root.resolve("var/lib/qubes").resolve(subdirectory));
        }
        for (String device : pciDevices) {
            String[] words = device.split(" ", 3); // ADDRESS class NUMBER
            Path directory = Files.createDirectories(root.resolve("sys/bus/pci/devices/0000:" + words[0]));
            if (words.length == 3) {
                Files.writeString(directory.resolve("class"), "0x" + words[2] + "00\n");
            }
        }
        return root;
    }

    private void vm(Path root, String element, Map<String, String> attributes) throws IOException {
        String subdirectory = SUBDIRECTORIES.get(element);
        if (subdirectory == null) {
            return;
        }
        Path vm = root.resolve(directory(subdirectory, attributes).substring(1));
        create(vm.resolve("private.img"), 2 * GIB);
        create(vm.resolve("volatile.img"), 1024 * 1024);
        boolean template = subdirectory.equals("vm-templates");
        if (template || attributes.getOrDefault("template_qid", "none").equalsIgnoreCase("none")) {
            create(vm.resolve("root.img"), 10 * GIB);
        }
        if (template) {
            create(vm.resolve("root-cow.img"), 10 * GIB);
        }
        boolean ownKernel = "none".equalsIgnoreCase(attributes.get("kernel"))
                && "false".equalsIgnoreCase(attributes.get("uses_default_kernel"));
        if (ownKernel) {
            for (String file : List.of("vmlinuz", "initramfs", "modules.img")) {
                create(vm.resolve("kernels").resolve(file), 0);
            }
        }
        Files.createSymbolicLink(
                vm.resolve("icon.png"),
                Path.of("/usr/share/icons/hicolor/128x128/devices/appvm-" + attributes.get("label") + ".png"));
    }

    /** Releases that knew no pools went by the path in the store. */
    private String directory(String subdirectory, Map<String, String> attributes) throws IOException {
        String stored = attributes.getOrDefault("dir_path", "");
        if (!attributes.containsKey("pool_name") && stored.startsWith("/") && !stored.contains("..")) {
            return stored;
        }
        String pool = poolDirectory(attributes.getOrDefault("pool_name", "default"));
        return pool + "/" + subdirectory + "/" + attributes.get("name");
    }

    private String poolDirectory(String pool) throws IOException {
        String section = "";
        if (Files.isRegularFile(storageConf) && !pool.equals("default")) {
            for (String line : Files.readAllLines(storageConf)) {
                String text = line.split("\\s;", 2)[0].replaceAll("\\s", "");
                section = text.startsWith("[") ? text.substring(1, text.length() - 1) : section;
                if (section.equals(pool) && text.startsWith("dir_path=")) {
                    return text.substring("dir_path=".length()).replaceAll("/+$", "");
                }
            }
        }
        return "/var/lib/qubes";
    }

    private static void create(Path file, long size) throws IOException {
        Files.createDirectories(file.getParent());
        try (RandomAccessFile out = new RandomAccessFile(file.toString(), "rw")) {
            out.setLength(size);
        }
    }

    /** The running system of a recording, with the marks of its daemons below the root. */
    FakeVmm vmm(Path root, Map<String, Object> host, Map<String, Object> state) throws IOException {
        long memory = (Long) host.getOrDefault("memory_mib", 16000L);
        FakeVmm vmm = new FakeVmm(new HostInfo(memory, JsonTree.number(host.getOrDefault("cpus", 4L))));
        long dom0 = (Long) host.getOrDefault("dom0_memory_mib", 4096L);
        vmm.with(new DomainSnapshot("dom0", "", true, 0, DomainState.RUNNING, dom0 * 1024, 0));
        Path run = root.resolve("var/run/qubes");
        Files.createDirectories(run);
        for (Map.Entry<String, Object> entry : JsonTree.map(state.get("vms")).entrySet()) {
            Map<String, Object> vm = JsonTree.map(entry.getValue());
            int id = JsonTree.number(vm.get("id"));
            DomainState word =
                    DomainState.valueOf(String.valueOf(vm.get("state")).toUpperCase(Locale.ROOT));
            vmm.with(new DomainSnapshot(
                    entry.getKey(), String.valueOf(vm.get("uuid")), true, id, word, (Long) vm.get("mem_kb"), 0));
            Files.createFile(run.resolve("qrexec." + entry.getKey()));
            if (!Boolean.FALSE.equals(vm.get("gui"))) {
                Files.createFile(run.resolve("guid-running." + id));
            }
        }
        return vmm;
    }

    /**
     * Everything in the directories of pools, wherever they are, by path as users know it; but for the store itself and
     * its history, which the originals do not write.
     */
    static Map<String, String> files(Path root) throws IOException {
        Map<String, String> files = new TreeMap<>();
        List<Path> all = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(root)) {
            walk.forEach(all::add);
        }
        for (Path path : all) {
            String shown = "/" + root.relativize(path);
            boolean ofStore = shown.equals("/var/lib/qubes/qubes.xml") || shown.startsWith(HISTORY);
            if (!ELSEWHERE.matcher(shown).lookingAt() && !ofStore) {
                files.put(shown, kind(path));
            }
        }
        return files;
    }

    private static String kind(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return "link " + Files.readSymbolicLink(path);
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return "dir";
        }
        return path.toString().endsWith(".xml") ? "text " + Files.readString(path) : "file " + Files.size(path);
    }
}
