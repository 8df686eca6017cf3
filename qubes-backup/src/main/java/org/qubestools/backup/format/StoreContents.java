package org.qubestools.backup.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.MalformedValue;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.ProblemCode;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.store.StoreSnapshot;

/** The qubes.xml of formats 1 to 3: the store of the system that was backed up, as R1 to R3.2 wrote it. */
public final class StoreContents {
    /** Of attributes that never come back with a restore; what is wrong with them is no news. */
    private static final Set<String> LEFT_BEHIND = Set.of(
            "uuid",
            "netid",
            "dir_path",
            "conf_file",
            "firewall_conf",
            "pool_name",
            "dispid",
            "backup_content",
            "backup_path",
            "backup_size",
            "backup_timestamp");

    private StoreContents() {}

    /**
     * Reads the document of a backup of format 2 or 3, at most 8 MiB: a VM is in the backup if it says so itself.
     *
     * @throws QubesException CORRUPT_BACKUP if the document is damaged or does not tell its VMs apart
     */
    public static BackupContents read(byte[] xml) {
        StoreSnapshot store = parse(xml);
        List<Candidate> candidates = new ArrayList<>();
        for (QubesVm vm : store.vms().inDocumentOrder()) {
            if (vm.is(Attributes.BACKUP_CONTENT)) {
                String path = vm.getOr(Attributes.BACKUP_PATH, "");
                candidates.add(new Candidate(vm, path, size(vm), remarks(store, vm), ""));
            }
        }
        return contents(store.vms(), candidates, LeftOut.flagged(store));
    }

    /**
     * Reads the document of a backup of format 1, at most 8 MiB: a VM is in the backup if its directory is.
     *
     * @param directoryExists asked with the path of a directory relative to the backup, which has no {@code ..}; links
     *     are its business
     * @return the VMs; whether dom0's home is there too is left to the caller. Sizes are 0, nobody wrote them down
     * @throws QubesException CORRUPT_BACKUP if the document is damaged or does not tell its VMs apart
     */
    public static BackupContents readFormat1(byte[] xml, Predicate<String> directoryExists) {
        StoreSnapshot store = parse(xml);
        List<Candidate> candidates = new ArrayList<>();
        for (QubesVm vm : store.vms().inDocumentOrder()) {
            String path = relativeDirectory(store.vms(), vm);
            if (path != null && BackupPath.reasonAgainst(path) == null && directoryExists.test(path)) {
                candidates.add(new Candidate(vm, path, 0L, remarks(store, vm), ""));
            }
        }
        return contents(store.vms(), candidates, LeftOut.there(store, directoryExists));
    }

    /** Also of a VM with an unusable name: that it is in the backup refuses it later. */
    private static @Nullable String relativeDirectory(VmCollection vms, QubesVm vm) {
        if (vm.vmClass() == VmClass.ADMIN || vm.vmClass() == VmClass.DISPOSABLE) {
            return null;
        }
        String directory = new VmFiles(vms, vm, DefaultPool.INSTANCE).statedDirectory();
        String top = Pools.DEFAULT_DIRECTORY + "/";
        return directory.startsWith(top) ? directory.substring(top.length()) : null;
    }

    static StoreSnapshot parse(byte[] xml) {
        try {
            return StoreSnapshot.parse(Refusal.SHOWN, xml, DefaultPool.INSTANCE);
        } catch (QubesException e) {
            throw Refusal.of(e);
        }
    }

    static BackupContents contents(VmCollection vms, List<Candidate> candidates, List<String> leftOut) {
        return new BackupContents(vms, ItemChecks.items(vms, candidates), leftOut);
    }

    /** As {@code backup_size} says, absent being 0; null if it is no number of bytes. */
    private static @Nullable Long size(QubesVm vm) {
        String stored = vm.attributes().get(Attributes.BACKUP_SIZE.xmlName());
        try {
            Attributes.BACKUP_SIZE.check(vm.vmClass(), stored == null ? "0" : stored);
            return vm.getOr(Attributes.BACKUP_SIZE, 0L);
        } catch (MalformedValue e) {
            return null;
        }
    }

    static List<String> remarks(StoreSnapshot store, QubesVm vm) {
        List<String> remarks = new ArrayList<>();
        String about = SafeText.of(vm.name());
        for (Problem problem : store.problems()) {
            boolean matters = problem.code() != ProblemCode.UNKNOWN_CLASS && !LEFT_BEHIND.contains(problem.attribute());
            if (matters && problem.about().equals(about)) {
                String attribute = problem.attribute();
                remarks.add(attribute.isEmpty() ? problem.text() : attribute + ": " + problem.text());
            }
        }
        return remarks;
    }

    /** The pools of that system are not in its backup; its VMs come back into one of this system. */
    private static final class DefaultPool implements Pools {
        static final DefaultPool INSTANCE = new DefaultPool();

        @Override
        public @Nullable String directory(String pool) {
            return pool.equals(DEFAULT) ? DEFAULT_DIRECTORY : null;
        }

        @Override
        public Set<String> names() {
            return Set.of(DEFAULT);
        }
    }
}
