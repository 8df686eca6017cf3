package org.qubestools.core.storage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What an edit is doing to files, as it is written beside the store while it does so.
 *
 * @param phase how far it is
 * @param place the journal's own path: a copy of the tree must not act on the original
 * @param before SHA-256 of the store before the change, 64 hexadecimal digits
 * @param after SHA-256 of the store after it
 * @param steps in the order in which they are done
 */
record Journal(Phase phase, Path place, String before, String after, List<JournalStep> steps) {
    Journal {
        steps = List.copyOf(steps);
    }

    /** How far a change is. */
    enum Phase {
        /** Things are being made under names of ours; nothing that existed has been touched. */
        PREPARE,
        /** Names are being changed, or the store saved: the store's content tells on which side the change is. */
        CHANGE,
        /** The change is final, only deletions are left. */
        CLEAN
    }

    Journal withPhase(Phase next, List<JournalStep> nextSteps) {
        return new Journal(next, place, before, after, nextSteps);
    }

    /** What is to be deleted once the change is final, under the names that it has then. */
    List<Path> garbage() {
        List<Path> garbage = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).garbage().isPresent()) {
                Path path = steps.get(i).garbage().get();
                for (JournalStep later : steps.subList(i + 1, steps.size())) {
                    path = later.follow(path);
                }
                garbage.add(path);
            }
        }
        return garbage;
    }
}
