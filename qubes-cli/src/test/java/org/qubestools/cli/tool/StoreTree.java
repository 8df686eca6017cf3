package org.qubestools.cli.tool;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.VmmSource;
import org.qubestools.core.vmm.Vmm;

/**
 * A root directory with the store {@code small.xml} and the files of its VMs, and command lines run on it.
 *
 * <p>The VMs by qid: 0 dom0, 1 fedora-23 (default template, of a package), 2 sys-net, 3 sys-firewall (default netvm), 4
 * work, 5 vault (no netvm), 6 win7 (HVM), 8 debian-8 (template), 9 personal (based on it).
 */
final class StoreTree {
    static final String KERNEL = "4.4.14-11";
    static final String OLD_KERNEL = "3.18.17-8";

    private static final List<String> APP_VMS = List.of("work", "vault", "win7", "personal");
    private static final List<String> TEMPLATES = List.of("fedora-23", "debian-8");
    private static final List<String> SERVICE_VMS = List.of("sys-net", "sys-firewall");

    private final Path root;
    private ToolRunner runner;

    private StoreTree(Path root) {
        this.root = root;
        this.runner = runnerFor(FakeHost.ORDINARY_USER);
    }

    /** A tree without a store. */
    static StoreTree empty(Path root) {
        return new StoreTree(root);
    }

    /** The tree with all VMs and their files. */
    static StoreTree small(Path root) {
        StoreTree tree = new StoreTree(root);
        tree.write("/var/lib/qubes/qubes.xml", smallStore());
        APP_VMS.forEach(vm -> tree.images("/var/lib/qubes/appvms/" + vm));
        SERVICE_VMS.forEach(vm -> tree.images("/var/lib/qubes/servicevms/" + vm));
        TEMPLATES.forEach(vm -> tree.images("/var/lib/qubes/vm-templates/" + vm));
        for (String kernel : List.of(KERNEL, OLD_KERNEL)) {
            tree.write("/var/lib/qubes/vm-kernels/" + kernel + "/vmlinuz", "v");
            tree.write("/var/lib/qubes/vm-kernels/" + kernel + "/initramfs", "i");
        }
        return tree;
    }

    /** The text of {@code small.xml}. */
    static String smallStore() {
        try (InputStream resource = StoreTree.class.getResourceAsStream("small.xml")) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void images(String directory) {
        sparse(directory + "/private.img", 2 << 20);
        sparse(directory + "/root.img", 3 << 20);
        sparse(directory + "/volatile.img", 1 << 20);
        write(directory + "/firewall.xml", "<QubesFirewallRules policy=\"allow\"/>\n");
    }

    void sparse(String path, long size) {
        try {
            Files.createDirectories(path(path).getParent());
            try (RandomAccessFile file = new RandomAccessFile(path(path).toFile(), "rw")) {
                file.setLength(size);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    StoreTree write(String path, String content) {
        try {
            Files.createDirectories(path(path).getParent());
            Files.writeString(path(path), content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives the tools a running system. */
    StoreTree online(Vmm vmm) {
        runner = runnerFor(FakeHost.ORDINARY_USER)
                .environment("QUBES_LIBVIRT_URI", "test:///default")
                .vmm(vmm);
        return this;
    }

    /** Gives the tools another host. */
    StoreTree on(Host host) {
        runner = new ToolRunner(host).environment("QUBES_ROOT", root.toString());
        return this;
    }

    /** Gives the tools another host, with a running system that is opened in this way. */
    StoreTree on(Host host, VmmSource source) {
        on(host);
        runner.environment("QUBES_LIBVIRT_URI", "test:///default").vmms(source);
        return this;
    }

    /** Gives the tools another host with a running system. */
    StoreTree on(Host host, Vmm vmm) {
        on(host);
        runner.environment("QUBES_LIBVIRT_URI", "test:///default").vmm(vmm);
        return this;
    }

    private ToolRunner runnerFor(int user) {
        return new ToolRunner(new FakeHost(user, false)).environment("QUBES_ROOT", root.toString());
    }

    Outcome run(String commandLine) {
        return runner.run(commandLine);
    }

    Outcome run(List<String> words) {
        return runner.runWords(words);
    }

    Outcome runWithInput(String commandLine, String input) {
        return runner.input(input).run(commandLine);
    }

    Outcome runAsRoot(String commandLine) {
        return runnerFor(0).run(commandLine);
    }

    Path path(String fixedPath) {
        return root.resolve(fixedPath.substring(1));
    }

    boolean exists(String fixedPath) {
        return Files.exists(path(fixedPath), LinkOption.NOFOLLOW_LINKS);
    }

    String read(String fixedPath) {
        try {
            return Files.readString(path(fixedPath));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String store() {
        return read("/var/lib/qubes/qubes.xml");
    }

    /** Every path below the root with its length, links with their target: to see that nothing was made or removed. */
    List<String> files() {
        try (Stream<Path> all = Files.walk(root)) {
            return all.map(this::described).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String described(Path file) {
        try {
            String shown = "/" + root.relativize(file);
            if (Files.isSymbolicLink(file)) {
                return shown + " -> " + Files.readSymbolicLink(file);
            }
            return Files.isDirectory(file) ? shown + " (directory)" : shown + " " + Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void append(String path, String content) {
        try {
            Files.writeString(path(path), content, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
