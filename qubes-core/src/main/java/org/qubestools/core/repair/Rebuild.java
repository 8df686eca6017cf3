package org.qubestools.core.repair;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmName;
import org.qubestools.core.store.StoreSnapshot;

/**
 * A store in the place of one that is lost: the newest sound generation, and an entry for each directory with images
 * that it does not know.
 *
 * @param store the new one
 * @param from what it is made from, for people
 * @param difference from that generation, or from an empty store
 * @param unknown one sentence for each thing that cannot be known, safe to print
 */
public record Rebuild(StoreSnapshot store, String from, StoreDifference difference, List<String> unknown) {
    /** What every new store begins with. */
    private static final String EMPTY = "<QubesVmCollection clockvm=\"None\" default_fw_netvm=\"None\""
            + " default_kernel=\"None\" default_netvm=\"None\" default_template=\"None\" updatevm=\"None\"/>\n";

    /** A template that is not known: no qid, so the VM cannot be started before one is set. */
    private static final String UNKNOWN_TEMPLATE = "unknown";

    public Rebuild {
        unknown = List.copyOf(unknown);
    }

    /** Makes one out of the newest generation and the directories. */
    public static Rebuild of(Optional<StoreCopies.Sound> base, RealPaths paths, Pools pools) {
        StoreTree tree = new StoreTree(paths, pools);
        StoreSnapshot begun = base.map(StoreCopies.Sound::store)
                .orElseGet(() -> StoreSnapshot.parse("qubes.xml", EMPTY.getBytes(StandardCharsets.US_ASCII), pools));
        Work work = new Work(begun, tree, pools);
        String from;
        if (base.isPresent()) {
            from = base.get().copy().name() + " of " + base.get().copy().time();
            work.unknown.add(
                    "what was changed in the store after " + base.get().copy().time());
        } else {
            from = "the directories of the VMs alone, as there is no earlier store";
            work.unknown.add("the globals and every property that is no file; set them with qubes-prefs and qvm-prefs");
        }
        work.missing();
        work.directories();
        VmCollection vms = work.vms;
        StoreSnapshot store = StoreSnapshot.parse("qubes.xml", begun.withChanges(vms), pools);
        return new Rebuild(store, from, StoreDifference.between(begun.vms(), vms), work.unknown);
    }

    /** A rebuild in the making. */
    private static final class Work {
        private final StoreSnapshot begun;
        private final StoreTree tree;
        private final Pools pools;
        private final List<String> unknown = new ArrayList<>();
        private final Set<String> owned = new HashSet<>();
        private VmCollection vms;

        Work(StoreSnapshot begun, StoreTree tree, Pools pools) {
            this.begun = begun;
            this.tree = tree;
            this.pools = pools;
            this.vms = begun.vms();
        }

        /** VMs of the generation that are not there. */
        void missing() {
            for (QubesVm vm : begun.vms().inDocumentOrder()) {
                String directory = vm.vmClass() == VmClass.ADMIN
                        ? null
                        : TreeFindings.files(begun, vm).directory();
                if (directory != null) {
                    owned.add(directory);
                }
                if (directory != null && !tree.isDirectory(directory)) {
                    unknown.add("whether VM '" + SafeText.of(vm.name()) + "' was removed, as " + SafeText.of(directory)
                            + " is not there; its entry is kept");
                }
            }
        }

        /** Templates come first, so that others find theirs. */
        void directories() {
            List<String> homes = new ArrayList<>(tree.homes());
            homes.sort((one, two) -> Integer.compare(rank(one), rank(two)));
            for (String home : homes) {
                for (Path entry : tree.entries(home)) {
                    directory(home, entry);
                }
            }
        }

        private static int rank(String home) {
            return home.endsWith(VmClass.TEMPLATE.subdirectory())
                    ? 0
                    : home.endsWith(VmClass.NET.subdirectory()) ? 1 : 2;
        }

        private void directory(String home, Path entry) {
            String name = String.valueOf(entry.getFileName());
            String path = home + "/" + name;
            boolean images = isThere(entry.resolve("private.img")) || isThere(entry.resolve("root.img"));
            if (owned.contains(path) || !images || Leftovers.isOurs(name)) {
                return;
            }
            String shown = SafeText.of(path);
            if (VmName.reasonAgainst(name) != null) {
                unknown.add("what " + shown + " is: no VM can have this name; it is left alone");
            } else if (vms.hasName(name)) {
                unknown.add("what " + shown + " is: another VM has this name; it is left alone");
            } else {
                QubesVm vm = added(home, name, DirectoryFacts.of(entry, name));
                if (vm != null) {
                    owned.add(path);
                }
            }
        }

        /** By the entry itself: a name that is no UTF-8 is another one as text. */
        private static boolean isThere(Path file) {
            return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        }

        private @Nullable QubesVm added(String home, String name, DirectoryFacts facts) {
            int qid = freeQid(facts.qid());
            if (qid == 0) {
                unknown.add("what becomes of " + SafeText.of(home + "/" + name) + ": every qid is taken");
                return null;
            }
            VmClass vmClass = vmClass(home, facts);
            NewVm made = new NewVm(vmClass, name, qid, 0, pool(home));
            if (vmClass.hasDefaultNetvm()) {
                made.set(Attributes.USES_DEFAULT_NETVM, false);
            }
            if (vmClass.givesNetwork()) {
                made.set(Attributes.NETID, (long) vms.nextNetid());
            }
            take(made, facts, vmClass);
            QubesVm template = facts.template() == null ? null : vms.byName(facts.template());
            boolean fits = template != null && template.vmClass() == vmClass.templateClass();
            boolean needsTemplate = !facts.hasRoot() && vmClass.templateClass() != null;
            if (needsTemplate) {
                made.set(Attributes.TEMPLATE, fits && template != null ? "" + template.qid() : UNKNOWN_TEMPLATE);
            }
            vms = vms.adding(vmClass, made.attributes());
            unknown.add(sentence(vmClass, name, facts, qid, needsTemplate && !fits));
            return vms.newest();
        }

        private static void take(NewVm made, DirectoryFacts facts, VmClass vmClass) {
            if (facts.label() != null) {
                made.set(Attributes.LABEL, facts.label());
            }
            if (facts.uuid() != null) {
                made.set(Attributes.UUID, facts.uuid());
            }
            if (facts.memory() > 0) {
                made.set(Attributes.MEMORY, facts.memory());
            }
            if (facts.maxmem() > 0 && !vmClass.isHvm()) {
                made.set(Attributes.MAXMEM, facts.maxmem());
            }
            if (facts.vcpus() > 0) {
                made.set(Attributes.VCPUS, facts.vcpus());
            }
        }

        /** The wanted one if it is free and nothing refers to it, else the lowest such one; 0 if there is none. */
        private int freeQid(int wanted) {
            Set<String> taken = IdentityMender.namedQids(vms);
            for (QubesVm vm : vms.inDocumentOrder()) {
                taken.add(String.valueOf(vm.qid()));
            }
            if (wanted > 0 && !taken.contains(String.valueOf(wanted))) {
                return wanted;
            }
            for (int qid = 1; qid <= QubesVm.MAX_ID; qid++) {
                if (!taken.contains(String.valueOf(qid))) {
                    return qid;
                }
            }
            return 0;
        }

        private static VmClass vmClass(String home, DirectoryFacts facts) {
            if (home.endsWith("/" + VmClass.TEMPLATE.subdirectory())) {
                return facts.hvm() ? VmClass.TEMPLATE_HVM : VmClass.TEMPLATE;
            }
            if (home.endsWith("/" + VmClass.NET.subdirectory())) {
                return VmClass.PROXY;
            }
            return facts.hvm() ? VmClass.HVM : VmClass.APP;
        }

        private String pool(String home) {
            String directory = home.substring(0, home.lastIndexOf('/'));
            for (String pool : pools.names()) {
                if (directory.equals(pools.directory(pool))) {
                    return pool;
                }
            }
            return Pools.DEFAULT;
        }

        private static String sentence(
                VmClass vmClass, String name, DirectoryFacts facts, int qid, boolean templateUnknown) {
            List<String> lost = new ArrayList<>();
            if (facts.uuid() == null) {
                lost.add(vmClass == VmClass.PROXY ? "whether it is a NetVM" : "whether it is an HVM");
                lost.add("memory");
            } else if (vmClass == VmClass.PROXY) {
                lost.add("whether it is a NetVM");
            }
            if (templateUnknown) {
                lost.add("its template (set one before it starts)");
            }
            if (facts.label() == null) {
                lost.add("its label (" + Label.RED.text() + " or black counts)");
            }
            if (facts.qid() != qid) {
                lost.add("its qid, and so its address");
            }
            if (vmClass.hasNetvm()) {
                lost.add(
                        facts.netvm() == null
                                ? "its NetVM (it has none now)"
                                : "whether its NetVM is still '" + SafeText.of(facts.netvm()) + "' (it has none now)");
            }
            lost.add("PCI devices, services and all other properties");
            return "of " + vmClass.typeName() + " '" + name + "', which has a directory and no entry: "
                    + String.join(", ", lost);
        }
    }
}
