package org.qubestools.core.repair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.Problem;
import org.qubestools.core.store.StoreFile;
import org.qubestools.core.store.StoreSnapshot;

/**
 * The copies of the store in its {@code backup} directory: the generations that our saves leave ({@code
 * generation-NNNNNN.xml}), what the last of them wrote, and what dom0 copies at every boot ({@code qubes-YYYY-MM-DD-HH:MM:SS.xml}).
 */
public final class StoreCopies {
    private static final String DIRECTORY = Pools.DEFAULT_DIRECTORY + "/backup";
    private static final String OURS = "generation-";
    /** What the last save of ours wrote; each generation is what a save replaced. */
    private static final String SAVED = "generation-saved.xml";

    private static final String OF_BOOTS = "qubes-";
    private static final String ENDING = ".xml";

    /** A generation whose content can be used. */
    public record Sound(StoreCopy copy, StoreSnapshot store) {}

    private final RealPaths paths;
    private final Pools pools;

    public StoreCopies(RealPaths paths, Pools pools) {
        this.paths = paths;
        this.pools = pools;
    }

    /** All copies, the newest first; of two of one time the one with the higher name. */
    List<StoreCopy> all() {
        List<StoreCopy> found = new ArrayList<>();
        for (Path file : new StoreTree(paths, pools).entries(DIRECTORY)) {
            String name = String.valueOf(file.getFileName());
            boolean ours = name.equals(SAVED) || (name.startsWith(OURS) && isNumber(name.substring(OURS.length())));
            boolean ofBoot = name.startsWith(OF_BOOTS) && name.endsWith(ENDING);
            if ((ours || ofBoot) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                add(file, name, ours, found);
            }
        }
        found.sort(Comparator.comparing(StoreCopy::time)
                .thenComparing(StoreCopy::shown)
                .reversed());
        return found;
    }

    private static boolean isNumber(String rest) {
        boolean digits = rest.length() > ENDING.length() && rest.endsWith(ENDING);
        for (int i = 0; i < rest.length() - ENDING.length(); i++) {
            digits &= rest.charAt(i) >= '0' && rest.charAt(i) <= '9';
        }
        return digits;
    }

    private static void add(Path file, String name, boolean ours, List<StoreCopy> found) {
        String stem = name.substring(0, name.length() - ENDING.length());
        boolean saved = name.equals(SAVED);
        String shown = saved
                ? "the last save"
                : ours
                        ? "the store before change "
                                + stem.substring(OURS.length()).replaceFirst("^0+(?=.)", "")
                        : "the copy of the boot of " + stem.substring(OF_BOOTS.length());
        try {
            // A save writes down what it replaced and what it wrote, the latter being the newer whatever the clock
            // says.
            Instant time = Files.getLastModifiedTime(file).toInstant().plusSeconds(saved ? 1 : 0);
            found.add(new StoreCopy(file, DIRECTORY + "/" + SafeText.of(name), time, SafeText.of(shown)));
        } catch (IOException e) {
            return; // pruned meanwhile
        }
    }

    /** The newest one that can be read, in which every reference leads somewhere certain. */
    public Optional<Sound> newestSound() {
        for (StoreCopy copy : all()) {
            try {
                byte[] content = StoreFile.readCopy(copy.file());
                StoreSnapshot store = StoreSnapshot.parse(copy.shown(), content, pools);
                if (isSound(store)) {
                    return Optional.of(new Sound(copy, store));
                }
            } catch (QubesException e) {
                // it is damaged itself; an older one may not be
            }
        }
        return Optional.empty();
    }

    private static boolean isSound(StoreSnapshot store) {
        for (Problem problem : store.problems()) {
            if (problem.code().blocksEveryChange() || problem.code().blocksChangeOfVm()) {
                return false;
            }
        }
        return true;
    }
}
