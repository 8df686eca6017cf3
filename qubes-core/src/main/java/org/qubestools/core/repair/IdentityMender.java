package org.qubestools.core.repair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.ProblemCode;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmName;
import org.qubestools.core.store.StoreSnapshot;

/** Proposals for what tells VMs apart: qid, name, UUID, netid. */
final class IdentityMender {
    private final StoreSnapshot store;
    private final VmCollection vms;
    private final Memory memory;
    private final StoreTree tree;

    IdentityMender(StoreSnapshot store, Memory memory, StoreTree tree) {
        this.store = store;
        this.vms = store.vms();
        this.memory = memory;
        this.tree = tree;
    }

    static String about(QubesVm vm) {
        String name = vm.name();
        return name.isEmpty()
                ? "?" + SafeText.of(Objects.requireNonNullElse(vm.attributes().get("qid"), ""))
                : SafeText.of(name);
    }

    /** At most one proposal for each thing that is wrong with the identity of one VM, the first that matters first. */
    List<Mending> of(QubesVm vm) {
        List<Mending> proposals = new ArrayList<>(0);
        if (vm.vmClass() == VmClass.ADMIN) {
            return proposals;
        }
        if (vm.qid() == QubesVm.NO_QID) {
            renumber(vm, ProblemCode.BAD_QID, proposals);
        } else if (vms.isDuplicateQid(vm) && !isKeeper(vm)) {
            renumber(vm, ProblemCode.DUPLICATE_QID, proposals);
        }
        boolean badName = VmName.reasonAgainst(vm.name()) != null;
        if (badName || vms.isDuplicateName(vm)) {
            rename(vm, badName ? ProblemCode.BAD_NAME : ProblemCode.DUPLICATE_NAME, proposals);
        }
        uuid(vm, proposals);
        netid(vm, proposals);
        return proposals;
    }

    /**
     * The qid it had, if that is free; else the one that is missed, if only one is; else a free one that nothing in the store
     * names. None while it may be one of several that are missed.
     */
    private void renumber(QubesVm vm, ProblemCode code, List<Mending> proposals) {
        QubesVm old = memory.sameName(vm);
        Set<String> named = namedQids();
        String qid = "";
        String why = "";
        if (old != null && old.qid() > 0 && isFree(old.qid())) {
            qid = String.valueOf(old.qid());
            why = "as " + memory.source() + " has it";
        }
        Set<Integer> lost = code == ProblemCode.BAD_QID ? lostQids(vm) : Set.of();
        if (qid.isEmpty() && !lost.isEmpty()) {
            int first = lost.iterator().next();
            if (lost.size() > 1 || isMissedByAnother(first, vm)) {
                return; // with another number all that refers to it would be lost
            }
            qid = String.valueOf(first);
            why = "the only number that something refers to and no VM has";
        }
        for (int i = 1; i <= QubesVm.MAX_ID && qid.isEmpty(); i++) {
            if (isFree(i) && !named.contains(String.valueOf(i))) {
                qid = String.valueOf(i);
                why = "the lowest free one that nothing refers to";
            }
        }
        if (!qid.isEmpty()) {
            proposals.add(ValueMender.mending(code, vm, "qid", qid, why));
        }
    }

    /** Numbers that references of the store name, that no VM has and that a VM of this class can have had. */
    private Set<Integer> lostQids(QubesVm vm) {
        Set<Integer> lost = new HashSet<>();
        for (String named : namedQids()) {
            int qid = QubesVm.idOf(named);
            if (qid != QubesVm.NO_QID && isFree(qid) && canBeMeant(vm.vmClass(), qid)) {
                lost.add(qid);
            }
        }
        return lost;
    }

    private boolean isMissedByAnother(int qid, QubesVm vm) {
        for (QubesVm other : vms.inDocumentOrder()) {
            boolean without = other.qid() == QubesVm.NO_QID && other.key() != vm.key();
            if (without && canBeMeant(other.vmClass(), qid)) {
                return true;
            }
        }
        return false;
    }

    private boolean isFree(int qid) {
        for (QubesVm vm : vms.inDocumentOrder()) {
            if (vm.qid() == qid) {
                return false;
            }
        }
        return true;
    }

    private Set<String> namedQids() {
        return namedQids(vms);
    }

    /** Every number that some reference of the store names, in force or not. */
    static Set<String> namedQids(VmCollection vms) {
        Set<String> named = new HashSet<>();
        for (QubesVm vm : vms.inDocumentOrder()) {
            for (String attribute : List.of("template_qid", "netvm_qid", "dispvm_netvm")) {
                named.add(plain(vm.attributes().get(attribute)));
            }
        }
        for (Globals.Key key : Globals.Key.all()) {
            named.add(plain(vms.rootAttributes().get(key.xmlName())));
        }
        return named;
    }

    /** Without the zeros in front, which mean nothing. */
    private static String plain(@Nullable String qid) {
        String text = Objects.requireNonNullElse(qid, "");
        int at = 0;
        while (at < text.length() - 1 && text.charAt(at) == '0') {
            at++;
        }
        return text.substring(at);
    }

    /**
     * True for the one of several VMs with the same qid that keeps it: the one that had it, or the only one that all
     * references to this qid can mean, or the first if there are none. True for all of them when that cannot be known: then nobody gets another.
     */
    private boolean isKeeper(QubesVm vm) {
        List<QubesVm> twins = new ArrayList<>();
        for (QubesVm other : vms.inDocumentOrder()) {
            if (other.qid() == vm.qid()) {
                twins.add(other);
            }
        }
        List<QubesVm> former = new ArrayList<>(twins);
        former.removeIf(twin -> memory.same(twin) == null);
        if (former.size() == 1 && canBeMeant(former.get(0).vmClass(), vm.qid())) {
            return former.get(0).key() == vm.key();
        }
        List<QubesVm> possible = new ArrayList<>(twins);
        if (!namedQids().contains(String.valueOf(vm.qid()))) {
            return twins.get(0).key() == vm.key();
        }
        possible.removeIf(twin -> !canBeMeant(twin.vmClass(), vm.qid()));
        return possible.size() != 1 || possible.get(0).key() == vm.key();
    }

    /** True if every reference to this number could lead to a VM of this class. */
    private boolean canBeMeant(VmClass vmClass, int number) {
        String qid = String.valueOf(number);
        boolean possible = true;
        for (QubesVm vm : vms.inDocumentOrder()) {
            boolean template = plain(vm.attributes().get("template_qid")).equals(qid);
            boolean network = plain(vm.attributes().get("netvm_qid")).equals(qid)
                    || plain(vm.attributes().get("dispvm_netvm")).equals(qid);
            possible &= !template || vm.vmClass().templateClass() == vmClass;
            possible &= !network || vmClass.givesNetwork();
        }
        for (Globals.Key key : Globals.Key.all()) {
            boolean meant = plain(vms.rootAttributes().get(key.xmlName())).equals(qid);
            possible &= !meant
                    || switch (key) {
                        case DEFAULT_TEMPLATE -> vmClass.isTemplate();
                        case DEFAULT_NETVM, DEFAULT_FW_NETVM -> vmClass.givesNetwork();
                        case UPDATEVM, CLOCKVM, DEFAULT_KERNEL -> true;
                    };
        }
        return possible;
    }

    /** The name that it had with this qid, if no other VM has it and its directory is there. */
    private void rename(QubesVm vm, ProblemCode code, List<Mending> proposals) {
        QubesVm old = memory.sameQid(vm);
        boolean fits = old != null && old.hasGoodName() && !vms.hasName(old.name());
        if (!fits || old == null) {
            return;
        }
        QubesVm named = vm.withText("name", old.name());
        StoreSnapshot renamed = StoreSnapshot.parse("qubes.xml", store.withChanges(vms.with(named)), store.pools());
        String directory =
                TreeFindings.files(renamed, renamed.vms().byKey(vm.key())).directory();
        if (directory != null && tree.isDirectory(directory)) {
            proposals.add(ValueMender.mending(code, vm, "name", old.name(), "as " + memory.source() + " has it"));
        }
    }

    /** The later one gets its own when it is defined next. */
    private void uuid(QubesVm vm, List<Mending> proposals) {
        String uuid = vm.get(Attributes.UUID);
        if (uuid == null) {
            return;
        }
        for (QubesVm other : vms.inDocumentOrder()) {
            if (other.key() == vm.key()) {
                return;
            }
            String others = other.get(Attributes.UUID);
            if (others != null && others.toLowerCase(Locale.ROOT).equals(uuid.toLowerCase(Locale.ROOT))) {
                proposals.add(ValueMender.mending(
                        ProblemCode.DUPLICATE_UUID, vm, "uuid", null, "it gets one of its own at its next start"));
                return;
            }
        }
    }

    /** The later one, which cannot start as it is, gets a free one. */
    private void netid(QubesVm vm, List<Mending> proposals) {
        boolean network = vm.vmClass() == VmClass.NET || vm.vmClass() == VmClass.PROXY;
        if (!network) {
            return;
        }
        Map<Integer, QubesVm> first = new HashMap<>();
        Set<Integer> used = new HashSet<>();
        for (QubesVm other : vms.inDocumentOrder()) {
            Integer netid = other.vmClass() == VmClass.ADMIN ? null : vms.netid(other);
            if (netid != null) {
                first.putIfAbsent(netid, other);
                used.add(netid);
            }
        }
        Integer own = vms.netid(vm);
        QubesVm owner = own == null ? null : first.get(own);
        if (owner == null || owner.key() == vm.key()) {
            return;
        }
        for (int i = 1; i <= QubesVm.MAX_ID; i++) {
            if (!used.contains(i)) {
                String text = String.valueOf(i);
                proposals.add(ValueMender.mending(
                        ProblemCode.DUPLICATE_NETID, vm, "netid", text, "'" + about(owner) + "' keeps " + own));
                return;
            }
        }
    }
}
