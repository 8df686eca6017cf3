package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.model.QubesVm;

/**
 * The date of the saved image of a template's DisposableVMs, by which it counts as outdated once the root image has changed. For
 * who changes that image and nothing that any VM sees.
 */
final class SavedImageDate {
    private final RunningSystem system;
    private final Path root;
    private final @Nullable Path saved;

    private SavedImageDate(RunningSystem system, Path root, @Nullable Path saved) {
        this.system = system;
        this.root = root;
        this.saved = saved;
    }

    /** Looks at it before the root image changes. */
    static SavedImageDate of(RunningSystem system, QubesVm template, Path root) {
        QubesVm dvm = system.vms().byName(template.name() + "-dvm");
        Path saved = dvm == null ? null : system.real(system.view(dvm).files().directory() + "/dvm-savefile");
        return new SavedImageDate(system, root, saved != null && isUpToDate(saved, root) ? saved : null);
    }

    private static boolean isUpToDate(Path saved, Path root) {
        try {
            return Files.getLastModifiedTime(saved).compareTo(Files.getLastModifiedTime(root)) >= 0;
        } catch (IOException e) {
            return false; // there is none
        }
    }

    /** If it was up to date it is so again, and with it the copy that is in use. */
    void keepUp() {
        if (saved == null) {
            return;
        }
        DisposableImage image = new DisposableImage(system);
        try {
            FileTime changed = Files.getLastModifiedTime(root);
            Files.setLastModifiedTime(saved, changed);
            boolean inUse = Files.exists(image.chosen()) && Files.isSameFile(image.chosen(), saved);
            if (inUse && Files.exists(image.current())) {
                Files.setLastModifiedTime(image.current(), changed);
            }
        } catch (IOException e) {
            system.warn("the image of DisposableVMs " + saved + " counts as outdated now: " + IoReason.of(e));
        }
    }
}
