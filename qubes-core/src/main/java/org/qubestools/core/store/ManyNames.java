package org.qubestools.core.store;

import java.util.HashSet;
import java.util.Set;

/** The names of a tag by hash: a thousand are too many to compare each with all others. */
final class ManyNames {
    private final Set<String> names = new HashSet<>();
    private int tag = -1;

    /**
     * True if the name is among the first {@code count} of {@code all}, which are all different.
     *
     * @param tagStart tells one tag from another; within one, names are only added
     */
    boolean contains(String name, String[] all, int count, int tagStart) {
        if (tag != tagStart) {
            names.clear();
            tag = tagStart;
        }
        for (int i = names.size(); i < count; i++) {
            names.add(all[i]);
        }
        return names.contains(name);
    }
}
