package org.qubestools.backup.restore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.FirewallXml;
import org.qubestools.core.error.QubesException;

/** The firewall rules of VMs from a backup of format 4, which holds them in R4's form and perhaps in ours as well. */
final class RestoredFirewalls {
    private static final int MAX_BYTES = 8 << 20;
    private static final ByteName NAME = ByteName.of("firewall.xml");

    private final Map<Integer, String> ours;
    private final Set<Integer> written = new HashSet<>();

    /**
     * Those of one backup.
     *
     * @param ours rules in our form, by qid
     */
    RestoredFirewalls(Map<Integer, String> ours) {
        this.ours = Map.copyOf(ours);
    }

    /** Puts the rules of one VM in place of this entry; {@code lost} is told what could not be kept. */
    void translate(
            BackupItem item, TarEntry entry, ArchiveHandler.Content content, Unpacked unpacked, Consumer<String> lost)
            throws IOException {
        String own = ours.get(item.vm().qid());
        if (own == null) {
            own = translated(entry, content, lost);
        }
        write(item, own, entry, unpacked);
    }

    private static String translated(TarEntry entry, ArchiveHandler.Content content, Consumer<String> lost)
            throws IOException {
        if (entry.size() > MAX_BYTES) {
            throw new DamagedArchive("'" + entry.path() + "' is too large for firewall rules");
        }
        byte[] bytes = new byte[(int) entry.size()];
        content.to((offset, buffer, from, length) -> System.arraycopy(buffer, from, bytes, (int) offset, length));
        try {
            FirewallXml.Translated translated = FirewallXml.toR3("firewall.xml", bytes);
            translated.remarks().forEach(lost);
            return translated.xml();
        } catch (QubesException e) {
            throw new DamagedArchive(String.valueOf(e.getMessage()), e);
        }
    }

    /** Writes the rules in our form of a VM whose archives had none in R4's. */
    void addMissing(BackupItem item, Unpacked unpacked) {
        String own = ours.get(item.vm().qid());
        if (own == null || written.contains(item.vm().qid())) {
            return;
        }
        try {
            write(item, own, null, unpacked);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void write(BackupItem item, String xml, @Nullable TarEntry like, Unpacked unpacked) throws IOException {
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        TarEntry entry = new TarEntry(
                NAME,
                EntryType.FILE,
                0600,
                like == null ? 0 : like.mtime(),
                SparseMap.dense(bytes.length),
                ByteName.of(""));
        written.add(item.vm().qid());
        unpacked.file(item, NAME, entry, 0600, sink -> sink.data(0, bytes, 0, bytes.length));
    }
}
