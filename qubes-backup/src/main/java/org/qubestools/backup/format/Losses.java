package org.qubestools.backup.format;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.io.SafeText;

/** Collects what our store cannot hold of one VM, for the one remark that names it. */
final class Losses {
    private static final int MAX_NAMED = 8;

    private final List<String> named = new ArrayList<>();
    private int count;

    void add(String kind, String untrustedName) {
        count++;
        if (named.size() < MAX_NAMED) {
            named.add(SafeText.of(kind + " " + untrustedName));
        }
    }

    /** No line or one. */
    List<String> remarks() {
        String more = count > MAX_NAMED ? " and " + (count - MAX_NAMED) + " more" : "";
        return count == 0 ? List.of() : List.of("not kept: " + String.join(", ", named) + more);
    }
}
