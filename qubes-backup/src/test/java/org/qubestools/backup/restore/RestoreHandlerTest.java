package org.qubestools.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qubestools.backup.TestStores;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.backup.unpack.SizeLimit;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Progress;

/** Where entries of archives go, which are left out, and which fail their VM. */
class RestoreHandlerTest {
    private static final String VMS = "<QubesTemplateVm qid=\"1\" name=\"t\" backup_content=\"True\" "
            + "backup_path=\"vm-templates/t\" backup_size=\"1\"/>"
            + "<QubesAppVm qid=\"2\" name=\"work\" template_qid=\"1\" backup_content=\"True\" "
            + "backup_path=\"vm2\" backup_size=\"1\"/>"
            + "<QubesAdminVm qid=\"0\" name=\"dom0\" backup_content=\"True\" "
            + "backup_path=\"dom0-home/user\" backup_size=\"1\"/>";
    private static final List<BackupItem> ITEMS = TestStores.contents(VMS).items();

    private final List<String> made = new ArrayList<>();

    /** Writes down what it is asked for. */
    private final class Recorder implements Unpacked {
        @Override
        public void file(BackupItem item, ByteName path, TarEntry entry, int mode, ArchiveHandler.Content content)
                throws IOException {
            StringBuilder text = new StringBuilder();
            content.to((offset, buffer, from, length) -> {
                for (int i = from; i < from + length; i++) {
                    text.append((char) buffer[i]);
                }
            });
            made.add("file " + path + " " + Integer.toOctalString(mode) + (text.isEmpty() ? "" : " " + text));
        }

        @Override
        public void directory(BackupItem item, ByteName path, int mode, long mtime) {
            made.add("dir " + path + " " + Integer.toOctalString(mode));
        }

        @Override
        public boolean symlink(BackupItem item, ByteName path, ByteName target, long mtime) {
            return made.add("link " + path + " -> " + target);
        }

        @Override
        public void hardLink(BackupItem item, ByteName path, ByteName existing) {
            made.add("hard " + path + " = " + existing);
        }

        @Override
        public void settle(BackupItem item) {}

        @Override
        public void drop(BackupItem item) {
            made.add("drop");
        }
    }

    private RestoreHandler handler(FormatVersion version, boolean paranoid, Map<Integer, String> firewalls) {
        return new RestoreHandler(
                version,
                paranoid,
                new Recorder(),
                new RestoredFirewalls(firewalls),
                SizeLimit.of(ITEMS),
                new Cancellation(),
                Progress.NONE);
    }

    private static BackupItem item(String name) {
        return ITEMS.stream()
                .filter(item -> item.vm().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static TarEntry entry(String path, EntryType type, int mode, String target, int size) {
        return new TarEntry(ByteName.of(path), type, mode, 0, SparseMap.dense(size), ByteName.of(target));
    }

    private static void give(RestoreHandler handler, String vm, String path, EntryType type, String target)
            throws IOException {
        BackupItem item = item(vm);
        String archive = vm.equals("t") ? item.path() + "/." : item.path();
        handler.entry(item, archive, entry(path, type, 06755, target, 0), sink -> {});
    }

    @Test
    void filesOfVmsGetTheModesOfNewOnes() throws IOException {
        RestoreHandler handler = handler(FormatVersion.V3, false, Map.of());

        give(handler, "work", "vm2", EntryType.DIRECTORY, "");
        give(handler, "work", "vm2/private.img", EntryType.FILE, "");
        give(handler, "work", "vm2/apps", EntryType.DIRECTORY, "");
        give(handler, "work", "vm2/icon.png", EntryType.SYMLINK, "/etc/shadow");

        assertThat(made).containsExactly("dir  700", "file private.img 600", "dir apps 700");
    }

    @Test
    void entriesOfAHomeKeepTheirsAndLinksLeadWhereTheyDid() throws IOException {
        RestoreHandler handler = handler(FormatVersion.V3, false, Map.of());

        give(handler, "dom0", "dom0-home/user/run", EntryType.FILE, "");
        give(handler, "dom0", "dom0-home/user/again", EntryType.HARDLINK, "dom0-home/user/run");
        give(handler, "dom0", "dom0-home/user/l", EntryType.SYMLINK, "dom0-home/user-data/x");
        give(handler, "dom0", "dom0-home/user/pipe", EntryType.PIPE, "");

        assertThat(made).containsExactly("file run 6755", "hard again = run", "link l -> user-data/x");
        assertThat(handler.losses(item("dom0"))).containsExactly("'pipe', a fifo");
        assertThat(handler.mendedLinks()).isEqualTo(1);
    }

    @Test
    void linksOfTemplatesLoseThePrefixOfTheArchiver() throws IOException {
        RestoreHandler handler = handler(FormatVersion.V2, false, Map.of());

        give(handler, "t", "vm-templates/t/apps/a", EntryType.SYMLINK, "vm-templates/t//usr/share/a");

        assertThat(made).containsExactly("link apps/a -> /usr/share/a");
    }

    @Test
    void smallFilesOfFormat4GoToTheirPlace() throws IOException {
        RestoreHandler handler = handler(FormatVersion.V4, false, Map.of());

        give(handler, "work", "vm2/r3-files", EntryType.DIRECTORY, "");
        give(handler, "work", "vm2/r3-files/kernels/vmlinuz", EntryType.FILE, "");

        assertThat(made).containsExactly("dir  700", "file kernels/vmlinuz 600");
    }

    @Test
    void ourFirewallRulesGoBeforeThoseForR4() throws IOException {
        RestoreHandler handler = handler(FormatVersion.V4, false, Map.of(2, "<ours/>"));
        RestoredFirewalls missing = new RestoredFirewalls(Map.of(2, "<ours/>"));

        give(handler, "work", "vm2/firewall.xml", EntryType.FILE, "");
        missing.addMissing(item("work"), new Recorder());
        missing.addMissing(item("work"), new Recorder());

        assertThat(made).containsExactly("file firewall.xml 600 <ours/>", "file firewall.xml 600 <ours/>");
    }

    @Test
    void damagedFirewallRulesFailTheVm() {
        RestoreHandler handler = handler(FormatVersion.V4, false, Map.of());

        assertThatThrownBy(() -> give(handler, "work", "vm2/firewall.xml", EntryType.FILE, ""))
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining("firewall.xml");
    }

    @Test
    void whatAHostileBackupTriesFailsTheVm() throws IOException {
        RestoreHandler handler = handler(FormatVersion.V3, false, Map.of());
        give(handler, "work", "vm2/private.img", EntryType.FILE, "");

        for (String path : List.of("vm2/private.img", "vm2/private.img/x", "vm2")) {
            assertThatThrownBy(() -> give(handler, "work", path, EntryType.FILE, ""))
                    .as(path)
                    .isInstanceOf(DamagedArchive.class);
        }
        for (EntryType type : List.of(EntryType.SYMLINK, EntryType.HARDLINK, EntryType.BLOCK_DEVICE, EntryType.PIPE)) {
            assertThatThrownBy(() -> give(handler, "work", "vm2/root.img", type, "/etc/shadow"))
                    .as(type.word())
                    .isInstanceOf(DamagedArchive.class);
        }
        assertThat(made).containsExactly("file private.img 600");
    }

    @Test
    void inParanoidModeMenusAndFirewallAreLeftOut() throws IOException {
        RestoreHandler handler = handler(FormatVersion.V3, true, Map.of());

        give(handler, "work", "vm2/apps", EntryType.DIRECTORY, "");
        give(handler, "work", "vm2/apps/x.desktop", EntryType.FILE, "");
        give(handler, "work", "vm2/firewall.xml", EntryType.FILE, "");
        give(handler, "work", "vm2/private.img", EntryType.FILE, "");

        assertThat(made).containsExactly("file private.img 600");
        assertThat(handler.losses(item("work"))).containsExactly("its menu entries", "its firewall rules");
    }

    @Test
    void farMoreDataThanTheBackupSaysStop() {
        RestoreHandler handler = handler(FormatVersion.V3, false, Map.of());

        handler.begin(item("work"), "vm2/private.img");
        handler.progress(16 << 20);

        assertThatThrownBy(() -> handler.progress(1 << 20))
                .isInstanceOf(QubesException.class)
                .hasMessageContaining("more data than it says");
    }
}
