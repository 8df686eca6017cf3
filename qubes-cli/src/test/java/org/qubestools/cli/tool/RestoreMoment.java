package org.qubestools.cli.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A moment of a restore: some time after something is to be seen in its root.
 *
 * @param nanosAfter zero for as soon as it is seen
 */
record RestoreMoment(Sight sight, long nanosAfter) {
    private static final long LOOK_NANOS = 50_000;

    /** What can be seen, in the order in which it happens. */
    enum Sight {
        START,
        STAGING_AREA,
        VM_IN_PLACE,
        STORE_CHANGED,
        STORE_CHANGED_AGAIN,
        STORE_CHANGED_LAST,
        HOME_MOVED_ASIDE
    }

    /** Waits for the moment, or for the end of the process if that comes first. */
    void await(BackupProcess process, StoreTree tree) throws IOException {
        Watch watch = new Watch(tree);
        while (process.isAlive() && !watch.sees(sight)) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        long until = System.nanoTime() + nanosAfter;
        while (process.isAlive() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** How long before the end of a run each sight came, in nanoseconds. */
    static Map<Sight, Long> measure(BackupProcess process, StoreTree tree) throws IOException {
        Map<Sight, Long> seen = new EnumMap<>(Sight.class);
        Watch watch = new Watch(tree);
        while (process.isAlive()) {
            for (Sight sight : Sight.values()) {
                if (!seen.containsKey(sight) && watch.sees(sight)) {
                    seen.put(sight, System.nanoTime());
                }
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        long end = System.nanoTime();
        seen.replaceAll((sight, at) -> end - at);
        return seen;
    }

    private static final class Watch {
        private final StoreTree tree;
        private final Path store;
        private String state;
        private int changes;

        Watch(StoreTree tree) throws IOException {
            this.tree = tree;
            this.store = tree.path(RestoreScene.VMS + "/qubes.xml");
            this.state = state();
        }

        private String state() throws IOException {
            BasicFileAttributes file = Files.readAttributes(store, BasicFileAttributes.class);
            return file.fileKey() + " " + file.size() + " " + file.lastModifiedTime();
        }

        private int changes() throws IOException {
            String now = state();
            changes += now.equals(state) ? 0 : 1;
            state = now;
            return changes;
        }

        boolean sees(Sight sight) throws IOException {
            return switch (sight) {
                case START -> true;
                case STAGING_AREA -> has(RestoreScene.VMS, RestoreScene.STAGING);
                case VM_IN_PLACE -> !RestoreScene.placed(tree).isEmpty();
                case STORE_CHANGED -> changes() >= 1;
                case STORE_CHANGED_AGAIN -> changes() >= 2;
                case STORE_CHANGED_LAST -> changes() >= RestoreScene.ARCHIVED.size();
                case HOME_MOVED_ASIDE -> has(RestoreScene.HOME, RestoreScene.ASIDE);
            };
        }

        private boolean has(String place, String start) throws IOException {
            return RestoreScene.entries(tree, place).stream().anyMatch(name -> name.startsWith(start));
        }
    }
}
