package org.qubestools.backup.format;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a data pass found.
 *
 * @param failed the first problem of each VM that has one
 * @param complete the sound inner archives of each VM
 * @param brokenOff where and why the outer archive could not be followed to its end; empty if it could
 */
public record PassResult(
        Map<BackupItem, ItemProblem> failed, Map<BackupItem, Set<String>> complete, List<String> brokenOff) {
    public PassResult {
        failed = Collections.unmodifiableMap(failed);
        complete = Collections.unmodifiableMap(complete);
        brokenOff = List.copyOf(brokenOff);
    }

    public Optional<ItemProblem> problem(BackupItem item) {
        return Optional.ofNullable(failed.get(item));
    }

    /** True if this inner archive was read to its end and found sound. */
    public boolean has(BackupItem item, String archive) {
        return complete.getOrDefault(item, Set.of()).contains(archive);
    }
}
