package org.qubestools.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.TempName;
import org.qubestools.core.store.LockWait;

/** Makes the empty store and the directories around it. */
final class StoreInit {
    /** Exactly what the original leaves. */
    private static final String EMPTY = "<QubesVmCollection clockvm=\"None\" default_fw_netvm=\"None\""
            + " default_kernel=\"None\" default_netvm=\"None\" default_template=\"None\" updatevm=\"None\"/>\n";

    private static final List<String> DIRECTORIES =
            List.of("", "/appvms", "/vm-templates", "/servicevms", "/vm-kernels", "/backup", "/updates", "/dvmdata");
    private static final int DIRECTORY_MODE = 02770;
    private static final int STORE_MODE = 0660;

    private StoreInit() {}

    static List<String> run(QubesConfig config, FileLayer layer, LockWait wait, boolean dryRun) {
        requireNone(config);
        List<String> made = describe(config);
        if (dryRun) {
            return made;
        }
        boolean unfinished = NewStore.isBegun(config) || Files.exists(config.real(StoreEdit.JOURNAL));
        if (unfinished) {
            try (NewStore fresh = NewStore.begin(config, layer, wait)) {
                fresh.publish();
            }
            return made;
        }
        makeDirectories(config, layer, new ArrayList<>());
        try {
            create(config.store(), empty(), layer, StoreOwnership.of(config));
        } catch (FileAlreadyExistsException e) {
            throw exists();
        } catch (IOException e) {
            throw Qubes.failed(config.store(), e);
        }
        return made;
    }

    /** IN_USE if there is a store. */
    static void requireNone(QubesConfig config) {
        if (Files.exists(config.store(), LinkOption.NOFOLLOW_LINKS)) {
            throw exists();
        }
    }

    static byte[] empty() {
        return EMPTY.getBytes(StandardCharsets.US_ASCII);
    }

    /** A line for each thing that will be made. */
    static List<String> describe(QubesConfig config) {
        List<String> made = new ArrayList<>();
        for (String directory : DIRECTORIES) {
            if (!Files.isDirectory(config.real("/var/lib/qubes" + directory))) {
                made.add("make directory /var/lib/qubes" + directory);
            }
        }
        made.add("create " + QubesConfig.STORE);
        return made;
    }

    static QubesException exists() {
        return new QubesException(
                ErrorKind.IN_USE, QubesConfig.STORE + " exists already", "remove it first if all of it may go");
    }

    /** Makes what is missing; {@code made} gets the new ones, parents first. */
    static void makeDirectories(QubesConfig config, FileLayer layer, List<Path> made) {
        Ownership ownership = StoreOwnership.of(config);
        Path working = config.root();
        try {
            for (String directory : DIRECTORIES) {
                working = config.real("/var/lib/qubes" + directory);
                makeDirectory(working, layer, ownership, made);
            }
        } catch (IOException e) {
            throw Qubes.failed(working, e);
        }
    }

    private static void makeDirectory(Path directory, FileLayer layer, Ownership ownership, List<Path> made)
            throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        Path at = directory;
        while (at != null && !Files.isDirectory(at)) {
            missing.push(at);
            at = at.getParent();
        }
        for (Path path : missing) {
            layer.createDirectory(path);
            made.add(path);
            boolean ours = path.endsWith("var/lib/qubes") || isBelowStore(path);
            if (ours) {
                setGroup(path, layer, ownership);
            }
            layer.setMode(path, ours ? DIRECTORY_MODE : 0755);
        }
    }

    private static boolean isBelowStore(Path path) {
        Path parent = path.getParent();
        return parent != null && parent.endsWith("var/lib/qubes");
    }

    /** Made complete under another name, then linked: a second starter at the same moment finds it taken. */
    static void create(Path store, byte[] content, FileLayer layer, Ownership ownership) throws IOException {
        Path temporary = TempName.beside(store);
        try {
            layer.writeFile(temporary, content);
            setGroup(temporary, layer, ownership);
            layer.setMode(temporary, STORE_MODE);
            layer.sync(temporary);
            layer.hardLink(temporary, store);
        } finally {
            discard(temporary, layer);
        }
        try {
            layer.sync(store.resolveSibling(""));
        } catch (IOException e) {
            layer.delete(store);
            throw e;
        }
    }

    private static void discard(Path temporary, FileLayer layer) {
        try {
            if (Files.exists(temporary)) {
                layer.delete(temporary);
            }
        } catch (IOException e) {
            // The store is what it is all the same; the next edit clears stale names away.
        }
    }

    private static void setGroup(Path path, FileLayer layer, @Nullable Ownership ownership) throws IOException {
        if (ownership != null && ownership.gid().isPresent()) {
            layer.setGroup(path, ownership.gid().getAsInt());
        }
    }
}
