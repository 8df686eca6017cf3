package org.qubestools.backup.restore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.backup.format.ItemProblem;
import org.qubestools.backup.unpack.RestoreRules;
import org.qubestools.backup.unpack.SizeLimit;
import org.qubestools.core.io.Progress;
import org.qubestools.core.model.VmClass;

/**
 * Unpacks what VMs need: under the rules of a restore, at the path that it has on the host. The same with
 * {@link Unpacked#NOWHERE} proves that a restore would work.
 */
final class RestoreHandler implements ArchiveHandler {
    private static final int PERMISSIONS = 07777;
    private static final String HOME_PREFIX = "dom0-home/";
    private static final String SMALL_FILES = "r3-files";
    private static final String FIREWALL = "firewall.xml";
    /** Of a new VM: a link to the icon of its label, which is made when its place is known. */
    private static final String ICON = "icon.png";

    private static final Set<String> NOT_IN_PARANOID_MODE =
            Set.of("apps", "apps.templates", "apps.tempicons", "apps.icons", FIREWALL);

    private final FormatVersion version;
    private final boolean paranoid;
    private final Unpacked unpacked;
    private final RestoredFirewalls firewalls;
    private final SizeLimit limit;
    private final Cancellation cancellation;
    private final Progress progress;
    private final Map<BackupItem, EntryNames> names = new HashMap<>();
    private final Map<BackupItem, List<String>> losses = new LinkedHashMap<>();
    private final Set<BackupItem> told = new HashSet<>();
    private long mendedLinks;

    RestoreHandler(
            FormatVersion version,
            boolean paranoid,
            Unpacked unpacked,
            RestoredFirewalls firewalls,
            SizeLimit limit,
            Cancellation cancellation,
            Progress progress) {
        this.version = version;
        this.paranoid = paranoid;
        this.unpacked = unpacked;
        this.firewalls = firewalls;
        this.limit = limit;
        this.cancellation = cancellation;
        this.progress = progress;
    }

    /** What was in the backup and is not taken over, one line each. */
    List<String> losses(BackupItem item) {
        return List.copyOf(losses.getOrDefault(item, List.of()));
    }

    /** Number of links whose targets the archiver had changed, and which lead to the right ones again. */
    long mendedLinks() {
        return mendedLinks;
    }

    private void lose(BackupItem item, String line) {
        losses.computeIfAbsent(item, key -> new ArrayList<>()).add(line);
    }

    @Override
    public void begin(BackupItem item, String archive) {
        cancellation.check();
        limit.archive();
        if (told.add(item)) {
            progress.item(item.shownName());
        }
    }

    @Override
    public void progress(long bytes) {
        cancellation.check();
        limit.data(bytes);
        progress.advance(bytes);
    }

    @Override
    public void done(BackupItem item, String archive) {
        unpacked.settle(item);
    }

    @Override
    public void failed(ItemProblem problem) {
        unpacked.drop(problem.item());
    }

    @Override
    public void entry(BackupItem item, String archive, TarEntry entry, Content content) throws IOException {
        cancellation.check();
        RestoreRules.check(item, entry);
        boolean isHome = item.vm().vmClass() == VmClass.ADMIN;
        ByteName path = below(item, entry.path());
        if (!isHome && version == FormatVersion.V4) {
            path = withoutSmallFiles(path);
        }
        if (path.length() == 0 && entry.type() != EntryType.DIRECTORY) {
            throw new DamagedArchive("'" + entry.path() + "' is no directory");
        }
        names.computeIfAbsent(item, key -> new EntryNames()).check(path, entry.type());
        if (isHome) {
            home(item, path, entry, content);
        } else if (!isLeftOut(item, path)) {
            vm(item, archive, path, entry, content);
        }
    }

    private static ByteName below(BackupItem item, ByteName path) {
        int start = ByteName.of(item.path()).length() + 1;
        return path.length() < start ? ByteName.of("") : path.from(start);
    }

    private static ByteName withoutSmallFiles(ByteName path) {
        if (path.isText(SMALL_FILES)) {
            return ByteName.of("");
        }
        return path.startsWith(SMALL_FILES + "/") ? path.from(SMALL_FILES.length() + 1) : path;
    }

    private boolean isLeftOut(BackupItem item, ByteName path) {
        String first = path.parts().get(0).untrustedText();
        if (paranoid && NOT_IN_PARANOID_MODE.contains(first)) {
            String line = first.equals(FIREWALL) ? "its firewall rules" : "its menu entries";
            if (!losses(item).contains(line)) {
                lose(item, line);
            }
            return true;
        }
        return first.equals(ICON);
    }

    private void vm(BackupItem item, String archive, ByteName path, TarEntry entry, Content content)
            throws IOException {
        switch (entry.type()) {
            case FILE -> {
                if (version == FormatVersion.V4 && path.isText(FIREWALL)) {
                    firewalls.translate(item, entry, content, unpacked, line -> lose(item, line));
                } else {
                    unpacked.file(item, path, entry, 0600, content);
                }
            }
            case DIRECTORY -> unpacked.directory(item, path, 0700, entry.mtime());
            case SYMLINK -> {
                boolean ofTemplate = archive.endsWith("/.") && version != FormatVersion.V1;
                String prefix = item.path() + "/";
                symlink(item, path, entry, ofTemplate ? prefix : "");
            }
            case HARDLINK, PIPE, CHARACTER_DEVICE, BLOCK_DEVICE ->
                throw new DamagedArchive("'" + entry.path() + "' cannot be in the directory of a VM");
        }
    }

    private void home(BackupItem item, ByteName path, TarEntry entry, Content content) throws IOException {
        switch (entry.type()) {
            case FILE -> unpacked.file(item, path, entry, entry.mode() & PERMISSIONS, content);
            case DIRECTORY -> unpacked.directory(item, path, entry.mode() & PERMISSIONS, entry.mtime());
            case SYMLINK -> {
                String prefix = version == FormatVersion.V1 ? "" : HOME_PREFIX;
                symlink(item, path, entry, prefix);
            }
            case HARDLINK -> unpacked.hardLink(item, path, below(item, entry.target()));
            case PIPE, CHARACTER_DEVICE, BLOCK_DEVICE ->
                lose(item, "'" + path + "', a " + entry.type().word());
        }
    }

    private void symlink(BackupItem item, ByteName path, TarEntry entry, String prefix) throws IOException {
        if (!unpacked.symlink(item, path, target(entry, prefix), entry.mtime())) {
            lose(item, "doubled or final slashes in the target of the link '" + path + "'");
        }
    }

    /** Undoes what the archiver did to targets of links when it put the directory in front of names. */
    private ByteName target(TarEntry entry, String prefix) {
        ByteName target = entry.target();
        boolean changed = !prefix.isEmpty() && target.startsWith(prefix) && target.length() > prefix.length();
        if (!changed) {
            return target;
        }
        mendedLinks++;
        return target.from(ByteName.of(prefix).length());
    }
}
