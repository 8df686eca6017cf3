package org.qubestools.backup.format;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmReference;

/**
 * What must be there of a VM: nothing in an archive says how many files it has, so that one without its image would
 * look whole.
 */
final class Completeness {
    private Completeness() {}

    /** The result with every item that lacks something among the failed; {@code handler} is told of each. */
    static PassResult check(
            BackupContents contents, List<BackupItem> items, PassResult result, ArchiveHandler handler) {
        Map<BackupItem, ItemProblem> failed = new LinkedHashMap<>(result.failed());
        for (BackupItem item : items) {
            String missing = failed.containsKey(item) ? null : missing(contents, item, result);
            if (missing != null) {
                String reason = result.brokenOff().isEmpty() ? missing : missing + "; the archive ends before it";
                ItemProblem problem = new ItemProblem(item, "", -1, reason);
                failed.put(item, problem);
                handler.failed(problem);
            }
        }
        return new PassResult(failed, result.files(), result.brokenOff());
    }

    private static @Nullable String missing(BackupContents contents, BackupItem item, PassResult result) {
        if (!result.files().containsKey(item)) {
            return "its data are missing";
        }
        QubesVm vm = item.vm();
        if (vm.vmClass() == VmClass.ADMIN) {
            return result.has(item, "") ? null : "its data are missing";
        }
        if (vm.vmClass() != VmClass.TEMPLATE_HVM && !result.has(item, "private.img")) {
            return "private.img is missing";
        }
        VmReference template = contents.vms().template(vm);
        boolean ownRoot = template.vm() == null && !template.isBroken();
        return ownRoot && !result.has(item, "root.img") ? "root.img is missing" : null;
    }
}
