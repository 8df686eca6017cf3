package org.qubestools.cli.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.vmm.Vmm;

/**
 * A root directory with a store in which nothing is wrong: a template, a NetVM, a ProxyVM and AppVMs behind it, with
 * all their files, links and modes.
 */
public final class RepairTree {
    static final String STORE = "/var/lib/qubes/qubes.xml";

    private static final String KERNEL = "4.4.14-11";
    private static final String ICONS = "/usr/share/icons/hicolor/128x128/devices/appvm-";

    private final Path root;
    private ToolRunner runner;

    private RepairTree(Path root) {
        this.root = root;
        this.runner =
                new ToolRunner(new FakeHost(FakeHost.ORDINARY_USER, false)).environment("QUBES_ROOT", root.toString());
    }

    /** The tree with so many VMs beside dom0; the AppVMs are called {@code vm-4} and so on, by their qids. */
    public static RepairTree of(Path root, int vms) {
        RepairTree tree = new RepairTree(root);
        StringBuilder store =
                new StringBuilder("<QubesVmCollection clockvm=\"2\" default_fw_netvm=\"2\" default_kernel=\""
                        + KERNEL + "\" default_netvm=\"3\" default_template=\"1\" updatevm=\"3\">\n"
                        + "  <QubesAdminVm name=\"dom0\" qid=\"0\"/>\n");
        tree.vm(store, "QubesTemplateVm", "vm-templates", "fedora-23", "black", "qid=\"1\" template_qid=\"none\"");
        tree.vm(store, "QubesNetVm", "servicevms", "sys-net", "red", "qid=\"2\" netid=\"1\" template_qid=\"1\"");
        tree.vm(
                store,
                "QubesProxyVm",
                "servicevms",
                "sys-firewall",
                "green",
                "qid=\"3\" netid=\"2\" netvm_qid=\"2\" template_qid=\"1\"");
        for (int qid = 4; qid <= vms; qid++) {
            tree.vm(
                    store,
                    "QubesAppVm",
                    "appvms",
                    "vm-" + qid,
                    "red",
                    "qid=\"" + qid + "\" netvm_qid=\"3\" template_qid=\"1\" uses_default_netvm=\"False\"");
        }
        tree.write(STORE, store + "</QubesVmCollection>\n");
        tree.write("/var/lib/qubes/vm-kernels/" + KERNEL + "/vmlinuz", "v");
        tree.write("/var/lib/qubes/vm-kernels/" + KERNEL + "/initramfs", "i");
        tree.mode("/var/lib/qubes", 02770);
        for (String home : List.of("appvms", "vm-templates", "servicevms")) {
            if (tree.exists("/var/lib/qubes/" + home)) {
                tree.mode("/var/lib/qubes/" + home, 02770);
            }
        }
        tree.mode(STORE, 0660);
        return tree;
    }

    private void vm(StringBuilder store, String element, String home, String name, String label, String attributes) {
        store.append("  <")
                .append(element)
                .append(" kernel=\"None\" label=\"")
                .append(label)
                .append("\" memory=\"400\"");
        store.append(" name=\"")
                .append(name)
                .append("\" pool_name=\"default\" ")
                .append(attributes);
        store.append(" uses_default_kernel=\"True\"/>\n");
        directory("/var/lib/qubes/" + home + "/" + name, label, home.equals("vm-templates"));
    }

    /** A directory as a VM has it. */
    void directory(String directory, String label, boolean template) {
        for (String image : template ? List.of("root.img", "private.img") : List.of("private.img")) {
            write(directory + "/" + image, "image of " + directory);
            mode(directory + "/" + image, 0660);
        }
        link(directory + "/icon.png", ICONS + label + ".png");
        mode(directory, 02770);
    }

    void link(String path, String target) {
        try {
            Files.deleteIfExists(path(path));
            Files.createSymbolicLink(path(path), Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void mode(String path, int mode) {
        try {
            Files.setAttribute(path(path), "unix:mode", mode);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(String path, String content) {
        write(path, content.getBytes(StandardCharsets.UTF_8));
    }

    void write(String path, byte[] content) {
        try {
            Files.createDirectories(path(path).getParent());
            Files.write(path(path), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void move(String from, String to) {
        try {
            Files.createDirectories(path(to).getParent());
            Files.move(path(from), path(to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives the tools a running system. */
    RepairTree online(Vmm vmm) {
        runner = new ToolRunner(new FakeHost(FakeHost.ORDINARY_USER, false))
                .environment("QUBES_ROOT", root.toString())
                .environment("QUBES_LIBVIRT_URI", "test:///default")
                .vmm(vmm);
        return this;
    }

    Outcome run(String commandLine) {
        return runner.run(commandLine);
    }

    Path root() {
        return root;
    }

    Path path(String fixedPath) {
        return root.resolve(fixedPath.substring(1));
    }

    boolean exists(String fixedPath) {
        return Files.exists(path(fixedPath), LinkOption.NOFOLLOW_LINKS);
    }

    byte[] bytes(String fixedPath) {
        try {
            return Files.readAllBytes(path(fixedPath));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String store() {
        return new String(bytes(STORE), StandardCharsets.UTF_8);
    }

    /** Changes the text of the store as an editor would. */
    public void edit(String from, String to) {
        String text = store();
        if (!text.contains(from)) {
            throw new IllegalArgumentException("the store has no " + from);
        }
        write(STORE, text.replaceFirst(java.util.regex.Pattern.quote(from), to));
    }

    /** All files and directories with a mark of their content; links with nothing, as they may come to lead elsewhere. */
    Map<String, Integer> content() {
        Map<String, Integer> content = new TreeMap<>();
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    content.put(
                            file.toString(),
                            attributes.isRegularFile() ? Arrays.hashCode(Files.readAllBytes(file)) : 0);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    content.put(directory.toString(), 0);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return content;
    }
}
