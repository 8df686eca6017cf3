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
 * @param files names of the files directly in the directory of each VM, from its sound inner archives; with an empty
 *     one for a directory that was archived as a whole
 * @param brokenOff where and why the outer archive could not be followed to its end; empty if it could
 */
public record PassResult(
        Map<BackupItem, ItemProblem> failed, Map<BackupItem, Set<String>> files, List<String> brokenOff) {
    public PassResult {
        failed = Collections.unmodifiableMap(failed);
        files = Collections.unmodifiableMap(files);
        brokenOff = List.copyOf(brokenOff);
    }

    public Optional<ItemProblem> problem(BackupItem item) {
        return Optional.ofNullable(failed.get(item));
    }

    /** True if the VM's directory has this file. */
    public boolean has(BackupItem item, String file) {
        return files.getOrDefault(item, Set.of()).contains(file);
    }
}
