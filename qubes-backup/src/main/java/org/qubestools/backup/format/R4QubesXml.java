package org.qubestools.backup.format;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.xml.XmlElement;
import org.qubestools.core.xml.XmlText;

/**
 * The qubes.xml of format 4: R4's document, with what R3 stored beside it if we wrote it.
 *
 * <p>What stands in our own elements comes back unchanged; the rest is for R4, and for reading what R4 itself wrote.
 */
public final class R4QubesXml {
    private R4QubesXml() {}

    /**
     * Where a VM is in the backup.
     *
     * @param path without a slash at its end: {@code vm5}, {@code dom0-home/user}
     * @param size bytes of all its files, not negative
     */
    public record Place(String path, long size) {
        public Place {
            if (BackupPath.reasonAgainst(path) != null || size < 0) {
                throw new IllegalArgumentException("no place in a backup");
            }
        }
    }

    /**
     * Reads the document of a backup, at most 8 MiB; domains of R4 are translated, and what our store cannot hold of a
     * VM is named in one remark of it.
     *
     * @throws QubesException CORRUPT_BACKUP if the document is damaged or does not tell its VMs apart
     */
    public static BackupContents read(byte[] xml) {
        return R4Reader.of(xml).contents();
    }

    /**
     * The {@code firewall.xml} files, in R3's form and by qid, that {@link #write} was given; they go before those in
     * the archives of the VMs, which are for R4.
     *
     * @throws QubesException as {@link #read}
     */
    public static Map<Integer, String> firewalls(byte[] xml) {
        return R4Reader.of(xml).firewalls();
    }

    /**
     * The document for a backup of this collection, read back before it is given out; VMs that cannot be told apart and
     * DisposableVMs are left out.
     *
     * @param places of the VMs in the backup, by qid, 0 for dom0's home; all must be fit for it
     * @param firewalls {@code firewall.xml} of the VMs that have one, by qid, whether they are in the backup or not
     * @throws QubesException FAILED if such a file is damaged, or if the document would exceed the limits of a reader
     */
    public static byte[] write(VmCollection vms, Map<Integer, Place> places, Map<Integer, byte[]> firewalls) {
        Map<Integer, XmlElement> roots = new LinkedHashMap<>();
        firewalls.forEach((qid, bytes) -> {
            String shown = "firewall.xml of " + about(vms, qid);
            roots.put(qid, FirewallXml.r3Root(shown, bytes));
        });
        XmlElement document = new R4Writer(vms, places, roots).document();
        byte[] written = XmlText.of(document).getBytes(StandardCharsets.UTF_8);
        List<BackupItem> items = readBack(written);
        boolean complete = items.size() == places.size()
                && items.stream().allMatch(item -> item.violation().isEmpty());
        if (!complete) {
            throw new IllegalArgumentException("a VM cannot be in a backup, or not at this place");
        }
        return written;
    }

    private static List<BackupItem> readBack(byte[] written) {
        try {
            return read(written).items();
        } catch (QubesException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "this system cannot be described in a backup of format 4: " + e.getMessage(),
                    "make one of format 3",
                    e);
        }
    }

    private static String about(VmCollection vms, int qid) {
        QubesVm vm = vms.byQid(qid);
        return vm == null || !vm.hasGoodName() ? "the VM with qid " + qid : "VM '" + vm.name() + "'";
    }
}
