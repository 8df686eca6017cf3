package org.qubestools.backup.vm;

import java.util.List;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.QrexecClient;

/**
 * A backup that a VM sends: the service {@code qubes.Restore} picks the wanted members out of it.
 *
 * <p>It takes two calls, and the VM may answer them from different backups. So the header and the qubes.xml come from
 * the first alone: in the second one such members are dropped like all that was not asked for.
 */
public final class VmBackupSource {
    private final QrexecClient qrexec;
    private final VmName vm;
    private final byte[] location;

    /**
     * A backup in a VM; nothing is started yet.
     *
     * @param location path of a file inside the VM, or a command there that prints the archive; CR and LF in it are
     *     left out
     * @throws QubesException INVALID_VALUE if {@code location} is empty
     */
    public VmBackupSource(QrexecClient qrexec, VmName vm, String location) {
        this.qrexec = qrexec;
        this.vm = vm;
        this.location = ServiceTalk.line(location);
    }

    /**
     * Starts the first call: the header, the qubes.xml and what authenticates them, in the order of the backup, each at
     * most once. It ends with the qubes.xml, whatever the VM would send after it. The caller closes it.
     *
     * @throws QubesException FAILED if qrexec cannot be used
     */
    public VmMembers header(StreamLimit limit) {
        return VmMembers.open(qrexec, vm, location, Wanted.header(), limit);
    }

    /**
     * Starts the second call: the members below some directories of the backup, such as {@code vm5}, {@code appvms/work}
     * or {@code dom0-home}. The caller closes it.
     *
     * @param directories at least one, without a slash at the end
     * @throws QubesException FAILED if qrexec cannot be used, INVALID_VALUE if a VM cannot be asked for such a name
     */
    public VmMembers data(List<String> directories, StreamLimit limit) {
        return VmMembers.open(qrexec, vm, location, Wanted.below(directories), limit);
    }
}
