package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.fixtures.Fixtures;

/** A new system in a directory, and sample backups, whole and damaged, beside it. */
final class RestoreTree {
    private static final int BLOCK = 512;

    final StoreTree tree;
    private final Path directory;
    private final Path passphrase;

    RestoreTree(Path directory) {
        this.directory = directory;
        this.tree = StoreTree.empty(directory.resolve("root"));
        this.passphrase = directory.resolve("passphrase");
        tree.write("/etc/group", "qubes:x:" + id(directory, "gid") + ":user\n");
        user("user");
        tree.write("/home/user/notes.txt", "old\n");
        tree.write("/home/user/mine", "mine\n");
        write(passphrase, "correct horse battery staple\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(tree.run("qvm-init-storage").code()).isZero();
    }

    /** Makes this the only user of dom0 that the system knows by number. */
    void user(String name) {
        String ids = id(directory, "uid") + ":" + id(directory, "gid");
        tree.write("/etc/passwd", name + ":x:" + ids + "::/home/" + name + ":/bin/sh\n");
    }

    private static Object id(Path directory, String which) {
        try {
            return Files.getAttribute(directory, "unix:" + which);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Restores a sample, with the passphrase given by an option; {@code options} are parted by blanks. */
    Outcome restore(String sample, String options) {
        return restore(sample(sample), options);
    }

    Outcome restore(Path backup, String options) {
        List<String> words =
                new ArrayList<>(List.of("qvm-backup-restore", "-p", passphrase.toString(), backup.toString()));
        if (!options.isEmpty()) {
            words.addAll(List.of(options.split(" ", -1)));
        }
        return tree.run(words);
    }

    Path sample(String name) {
        Path file = directory.resolve(name + ".backup");
        if (!Files.exists(file)) {
            write(file, Fixtures.bytes("backups/" + name + ".backup"));
        }
        return file;
    }

    /** The sample with one bit of one member changed, or without the members from there on. */
    Path damaged(String name, String member, boolean cut) {
        byte[] bytes = Fixtures.bytes("backups/" + name + ".backup");
        int at = 0;
        while (!nameAt(bytes, at).equals(member)) {
            at += BLOCK;
        }
        if (cut) {
            bytes = Arrays.copyOf(bytes, at);
        } else {
            bytes[at + BLOCK + 1] ^= 1;
        }
        Path file = directory.resolve("damaged.backup");
        write(file, bytes);
        return file;
    }

    private static String nameAt(byte[] bytes, int at) {
        int end = at;
        while (end < at + BLOCK && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, at, end - at, StandardCharsets.US_ASCII);
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of the VMs in the store, sorted by qid, without dom0. */
    List<String> vms() {
        return tree.run("qvm-ls --raw-list")
                .out()
                .lines()
                .filter(name -> !name.equals("dom0"))
                .toList();
    }

    String property(String vm, String name) {
        return tree.run("qvm-prefs " + vm + " " + name).out().strip();
    }
}
