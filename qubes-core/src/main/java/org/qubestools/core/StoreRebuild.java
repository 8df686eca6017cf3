package org.qubestools.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.history.RestoreStore;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.model.Pools;
import org.qubestools.core.store.StoreFile;
import org.qubestools.core.store.StoreSnapshot;

/** Puts a rebuilt store in the place of one that is lost, by an edit, so that it is in the history. */
final class StoreRebuild {
    private static final String BACKUP = "/var/lib/qubes/backup";
    private static final int FILE_MODE = 0660;
    private static final int DIRECTORY_MODE = 02770;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HH-mm-ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Stands where no store was while it is made: no tool takes it for one, and the next repair begins anew. */
    private static final byte[] UNFINISHED =
            "<!-- 'qubes-store repair --yes' was interrupted -->\n".getBytes(StandardCharsets.US_ASCII);

    private StoreRebuild() {}

    static List<String> install(Qubes qubes, EditPlace place, StoreSnapshot rebuilt) {
        Path store = place.config().store();
        requireDirectory(place);
        Ownership ownership = StoreOwnership.of(place.config());
        List<String> done = new ArrayList<>();
        if (Files.exists(store, LinkOption.NOFOLLOW_LINKS)) {
            done.add("kept what was there as " + keep(place, damaged(place), ownership));
        } else {
            try {
                StoreInit.create(store, UNFINISHED, place.layer(), ownership);
            } catch (IOException e) {
                throw Qubes.failed(store, e);
            }
        }
        EditOutcome outcome = qubes.edit(List.of(new RestoreStore(rebuilt)), false);
        done.add("wrote " + QubesConfig.STORE);
        done.addAll(outcome.warnings());
        return done;
    }

    private static void requireDirectory(EditPlace place) {
        if (!Files.isDirectory(place.config().real(Pools.DEFAULT_DIRECTORY))) {
            throw new QubesException(
                    ErrorKind.STORE_MISSING,
                    "there is no directory " + Pools.DEFAULT_DIRECTORY + " to put a store into",
                    "mount it if it is elsewhere; 'qvm-init-storage' begins from nothing");
        }
    }

    /** The bytes of the store, which nobody can read as one. */
    private static byte[] damaged(EditPlace place) {
        byte[] content;
        try (StoreFile file = StoreFile.openShared(place.config().store(), place.lockWait())) {
            content = file.read();
        } catch (QubesException e) {
            if (e.kind() != ErrorKind.STORE_CORRUPT) {
                throw e;
            }
            throw new QubesException(
                    ErrorKind.STORE_CORRUPT,
                    place.config().shownIn(String.valueOf(e.getMessage())) + ", and is not replaced",
                    "move it away, then run it again",
                    e);
        }
        try {
            place.parse(content.clone());
        } catch (QubesException e) {
            return content;
        }
        throw new QubesException(ErrorKind.WRONG_STATE, "there is a store meanwhile that can be read", "run it again");
    }

    private static String keep(EditPlace place, byte[] damaged, Ownership ownership) {
        String shown = BACKUP + "/damaged-" + STAMP.format(place.clock().instant()) + ".xml";
        Path directory = place.config().real(BACKUP);
        Path file = place.config().real(shown);
        try {
            if (!Files.isDirectory(directory)) {
                place.layer().createDirectory(directory);
                ownership.giveTo(place.layer(), directory);
                place.layer().setMode(directory, DIRECTORY_MODE);
            }
            for (int i = 1; Files.exists(file, LinkOption.NOFOLLOW_LINKS); i++) {
                shown = BACKUP + "/damaged-" + STAMP.format(place.clock().instant()) + "-" + i + ".xml";
                file = place.config().real(shown);
            }
            place.layer().writeFile(file, damaged);
            ownership.giveTo(place.layer(), file);
            place.layer().setMode(file, FILE_MODE);
            place.layer().sync(file);
            place.layer().sync(directory);
        } catch (IOException e) {
            throw Qubes.failed(file, e);
        }
        return shown;
    }
}
