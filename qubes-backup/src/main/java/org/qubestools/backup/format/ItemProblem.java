package org.qubestools.backup.format;

/**
 * Why a VM of a backup is not whole.
 *
 * @param item the VM
 * @param archive the inner archive, as the outer one names it; empty if it concerns the whole VM
 * @param chunk number of the chunk; -1 if it concerns no single one
 * @param reason a phrase fit for a terminal
 */
public record ItemProblem(BackupItem item, String archive, int chunk, String reason) {
    /** One line: VM, file, chunk, reason. */
    public String text() {
        String name = item.vm().qid() == 0 ? "the home of dom0" : "VM '" + item.shownName() + "'";
        String where = archive.isEmpty() ? "" : ", file " + archive + (chunk < 0 ? "" : ", chunk " + chunk);
        return name + where + ": " + reason;
    }
}
