package org.qubestools.core.repair;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.TempName;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.store.StoreSnapshot;

/** What interrupted edits, restores and saves left behind, ours and those of the originals. */
final class Leftovers {
    private static final String OURS = ".qvm-";
    private static final String JOURNAL = OURS + "pending";
    /** The list of names for shells, which comes and goes by itself. */
    private static final String NAMES = OURS + "names";

    private static final String RESTORE = OURS + "restore-";
    private static final String LOCK = ".lock";
    private static final String STORE_NAME = "qubes.xml";

    private final StoreTree tree;
    private final List<Finding> findings = new ArrayList<>();

    private Leftovers(StoreTree tree) {
        this.tree = tree;
    }

    /** True for a name that our edits and restores give to what they work on. */
    static boolean isOurs(String name) {
        return name.startsWith(OURS) || TempName.markIn(name) >= 0;
    }

    static List<Finding> of(StoreSnapshot store, StoreTree tree) {
        Leftovers all = new Leftovers(tree);
        Set<String> places = new LinkedHashSet<>();
        places.add(Pools.DEFAULT_DIRECTORY);
        places.addAll(tree.poolDirectories());
        places.addAll(tree.homes());
        for (QubesVm vm : store.vms().inDocumentOrder()) {
            String directory = vm.vmClass() == VmClass.ADMIN
                    ? null
                    : TreeFindings.files(store, vm).directory();
            if (directory != null) {
                places.add(directory);
            }
        }
        places.add(Pools.DEFAULT_DIRECTORY + "/backup");
        for (String place : places) {
            all.in(place);
        }
        return all.findings;
    }

    private void in(String directory) {
        for (Path entry : tree.entries(directory)) {
            String name = String.valueOf(entry.getFileName());
            String path = directory + "/" + name;
            if (name.equals(JOURNAL)) {
                add(
                        "pending-edit",
                        path,
                        "an edit was interrupted",
                        "the next edit finishes or undoes it, 'qubes-store repair --yes' too");
            } else if (name.startsWith(RESTORE)) {
                restore(entry, path, name);
            } else if (isOurs(name) && !name.equals(NAMES)) {
                add("leftover", path, "an interrupted edit left it", "look into it, then remove it");
            } else if (isTemporaryStore(directory, name)) {
                add("leftover", path, "an interrupted save of the store left it", "remove it");
            }
        }
    }

    /** Temporary files of the originals' saves are called qubes.xml and six or eight random characters. */
    private static boolean isTemporaryStore(String directory, String name) {
        if (!directory.equals(Pools.DEFAULT_DIRECTORY) || !name.startsWith(STORE_NAME)) {
            return false;
        }
        String rest = name.substring(STORE_NAME.length());
        boolean plain = !rest.isEmpty();
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            plain &= c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        }
        return (plain && (rest.length() == 6 || rest.length() == 8)) || rest.startsWith(".init");
    }

    private void restore(Path entry, String path, String name) {
        boolean isLock = name.endsWith(LOCK);
        Path lock = isLock ? entry : entry.resolveSibling(name + LOCK);
        boolean reported = isLock && Files.exists(entry.resolveSibling(name.substring(0, name.length() - 5)));
        if (!reported && !isHeld(lock)) {
            add("leftover", path, "an interrupted restore left it", "the next qvm-backup-restore removes it");
        }
    }

    /** True while a restore lives: then what it has is its own. */
    private static boolean isHeld(Path lock) {
        if (!Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            FileLock taken = channel.tryLock();
            return taken == null;
        } catch (IOException | OverlappingFileLockException e) {
            return true; // it cannot be told, and saying nothing harms nobody
        }
    }

    private void add(String code, String path, String text, String advice) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        findings.add(Finding.problem(code, SafeText.of(name), Finding.Place.of(SafeText.of(path)), text, advice));
    }
}
