package org.qubestools.backup.format;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.VmName;

/** Names of R4's references to qids of ours. */
final class R4References {
    private static final String UNUSABLE = "?";

    private final Map<String, String> qids = new HashMap<>();

    void add(String name, String qid) {
        qids.put(name, qid);
    }

    /**
     * The text of a stored reference: {@code none} for an empty or no name; for a VM that is not there its name, which
     * our store takes for a qid that does not exist.
     */
    String stored(@Nullable String untrustedName) {
        if (untrustedName == null || untrustedName.isEmpty()) {
            return "none";
        }
        String qid = qids.get(untrustedName);
        if (qid != null) {
            return qid;
        }
        return VmName.reasonAgainst(untrustedName) == null ? untrustedName : UNUSABLE;
    }
}
