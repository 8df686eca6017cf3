package org.qubestools.core.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * All VMs of a store and its globals; immutable, every change makes a new one.
 *
 * <p>References between VMs are resolved here: a qid that two VMs claim leads to neither, a name that two VMs have
 * addresses neither.
 */
public final class VmCollection {
    /** Key of the dom0 that is made up because the store has none; it is written only once it was changed. */
    public static final int IMPLICIT_DOM0 = -1;

    /** No lambda: those cost every tool some milliseconds at its start. */
    private static final Comparator<QubesVm> BY_QID = new ByQid();

    private final AttributeMap rootAttributes;
    private final List<QubesVm> vms;
    private final int nextKey;
    private final @Nullable QubesVm[] byQid = new QubesVm[QubesVm.MAX_ID + 1];
    private final @Nullable QubesVm[] byKey;
    private final Map<String, QubesVm> byName = new HashMap<>();
    private final Set<Integer> duplicateQids = new HashSet<>(0);
    private final Set<String> duplicateNames = new HashSet<>(0);
    private @Nullable Globals globals;
    private @Nullable IdAllocation ids;

    private VmCollection(AttributeMap rootAttributes, List<QubesVm> vms, int nextKey) {
        this.rootAttributes = rootAttributes;
        this.vms = List.copyOf(vms);
        this.nextKey = nextKey;
        this.byKey = new QubesVm[nextKey - IMPLICIT_DOM0];
        for (QubesVm vm : this.vms) {
            index(vm);
        }
    }

    /** The VMs of a document in its order; a missing dom0 is made up. */
    public static VmCollection of(AttributeMap rootAttributes, List<QubesVm> stored) {
        List<QubesVm> all = stored;
        if (!hasDom0(stored)) {
            all = new ArrayList<>(stored);
            all.add(new QubesVm(IMPLICIT_DOM0, VmClass.ADMIN, AttributeMap.EMPTY));
        }
        int highest = IMPLICIT_DOM0;
        for (QubesVm vm : all) {
            highest = Math.max(highest, vm.key());
        }
        return new VmCollection(rootAttributes, all, highest + 1);
    }

    private static boolean hasDom0(List<QubesVm> vms) {
        for (QubesVm vm : vms) {
            if (vm.vmClass() == VmClass.ADMIN) {
                return true;
            }
        }
        return false;
    }

    private void index(QubesVm vm) {
        byKey[vm.key() - IMPLICIT_DOM0] = vm;
        boolean secondDom0 = vm.vmClass() == VmClass.ADMIN && byQid[0] != null;
        if (secondDom0) {
            duplicateQids.add(0);
            return;
        }
        if (vm.qid() != QubesVm.NO_QID) {
            if (byQid[vm.qid()] != null) {
                duplicateQids.add(vm.qid());
            } else {
                byQid[vm.qid()] = vm;
            }
        }
        if (byName.putIfAbsent(vm.name(), vm) != null) {
            duplicateNames.add(vm.name());
        }
    }

    public AttributeMap rootAttributes() {
        return rootAttributes;
    }

    /** Every VM in document order, the unusable ones too. */
    public List<QubesVm> inDocumentOrder() {
        return vms;
    }

    /** Every VM by qid; those without a usable one come last, in document order. */
    public List<QubesVm> byQidOrder() {
        List<QubesVm> sorted = new ArrayList<>(vms);
        sorted.sort(BY_QID);
        return sorted;
    }

    /** The only VM with this qid, or null. */
    public @Nullable QubesVm byQid(int qid) {
        boolean usable = qid >= 0 && qid <= QubesVm.MAX_ID && (qid == 0 || !duplicateQids.contains(qid));
        return usable ? byQid[qid] : null;
    }

    public QubesVm dom0() {
        QubesVm dom0 = byQid[0];
        if (dom0 == null) {
            throw new IllegalStateException("a collection always has dom0");
        }
        return dom0;
    }

    /** The only VM with exactly this stored name, or null; {@code dom0} is dom0, whoever else calls itself so. */
    public @Nullable QubesVm byName(String name) {
        if (name.equals("dom0")) {
            return dom0();
        }
        return duplicateNames.contains(name) ? null : byName.get(name);
    }

    public boolean hasName(String name) {
        return byName.containsKey(name);
    }

    /** The VM a user names; if there is none, NO_SUCH_VM. */
    public QubesVm require(String untrustedName) {
        QubesVm vm = byName(untrustedName);
        if (vm != null) {
            return vm;
        }
        if (duplicateNames.contains(untrustedName)) {
            throw new QubesException(
                    ErrorKind.NO_SUCH_VM,
                    "more than one VM has the name '" + SafeText.of(untrustedName) + "'",
                    "rename all but one of them in qubes.xml");
        }
        throw new QubesException(
                ErrorKind.NO_SUCH_VM,
                "no VM has the name '" + SafeText.of(untrustedName) + "'",
                "'qvm-ls --raw-list' shows all names");
    }

    public boolean isDuplicateQid(QubesVm vm) {
        return vm.qid() != QubesVm.NO_QID && duplicateQids.contains(vm.qid());
    }

    public boolean isDuplicateName(QubesVm vm) {
        return duplicateNames.contains(vm.name()) && vm.vmClass() != VmClass.ADMIN;
    }

    public Globals globals() {
        if (globals == null) {
            globals = new Globals(this);
        }
        return globals;
    }

    /** What a stored qid leads to: {@code none} in any case to nothing, anything unusable to a broken reference. */
    public VmReference reference(@Nullable String text) {
        if (text == null || ValueType.isNone(text)) {
            return VmReference.NONE;
        }
        QubesVm target = byQid(QubesVm.idOf(text));
        return target == null ? VmReference.broken(text) : VmReference.to(target);
    }

    /** The template; broken also if the VM it names is of the wrong kind or missing where one is needed. */
    public VmReference template(QubesVm vm) {
        VmReference reference = storedTemplate(vm);
        QubesVm target = reference.vm();
        if (target != null && target.vmClass() != vm.vmClass().templateClass()) {
            return VmReference.broken(String.valueOf(target.qid()));
        }
        return reference;
    }

    /** What {@code template_qid} leads to, of whatever kind. */
    public VmReference storedTemplate(QubesVm vm) {
        return vm.vmClass() == VmClass.ADMIN ? VmReference.NONE : reference(vm.get(Attributes.TEMPLATE));
    }

    /** The netvm in force, by its own setting or by default; broken if it gives no network. */
    public VmReference netvm(QubesVm vm) {
        if (!vm.vmClass().hasNetvm()) {
            return VmReference.NONE;
        }
        if (vm.vmClass() == VmClass.PROXY) {
            return proxyNetvm(vm);
        }
        if (vm.is(Attributes.USES_DEFAULT_NETVM)) {
            QubesVm byDefault = globals().defaultNetvm();
            return byDefault == null ? VmReference.NONE : VmReference.to(byDefault);
        }
        return givingNetwork(reference(vm.get(Attributes.NETVM)));
    }

    VmReference proxyNetvm(QubesVm proxy) {
        return givingNetwork(reference(proxy.get(Attributes.NETVM)));
    }

    /** The netvm of DisposableVMs that this VM starts. */
    public VmReference dispvmNetvm(QubesVm vm) {
        return vm.is(Attributes.USES_DEFAULT_DISPVM_NETVM)
                ? netvm(vm)
                : givingNetwork(reference(vm.get(Attributes.DISPVM_NETVM)));
    }

    private static VmReference givingNetwork(VmReference reference) {
        QubesVm target = reference.vm();
        return target == null || target.vmClass().givesNetwork()
                ? reference
                : VmReference.broken(String.valueOf(target.qid()));
    }

    /** VMs based on this template, by qid. */
    public List<QubesVm> basedOn(QubesVm template) {
        List<QubesVm> based = new ArrayList<>();
        for (QubesVm vm : byQidOrder()) {
            if (isSame(template(vm).vm(), template)) {
                based.add(vm);
            }
        }
        return based;
    }

    /** VMs that have this one as netvm, named or by default, by qid. */
    public List<QubesVm> connectedTo(QubesVm netvm) {
        List<QubesVm> connected = new ArrayList<>();
        for (QubesVm vm : byQidOrder()) {
            if (isSame(netvm(vm).vm(), netvm)) {
                connected.add(vm);
            }
        }
        return connected;
    }

    private static boolean isSame(@Nullable QubesVm one, QubesVm other) {
        return one != null && one.key() == other.key();
    }

    /** True if following the netvms from {@code start} meets {@code vm}. */
    public boolean chainMeets(QubesVm start, QubesVm vm) {
        Set<QubesVm> seen = new HashSet<>();
        QubesVm at = start;
        while (at != null && seen.add(at)) {
            if (at.key() == vm.key()) {
                return true;
            }
            at = netvm(at).vm();
        }
        return false;
    }

    /** The id of the network that this VM gives; null if its class gives none. */
    public @Nullable Integer netid(QubesVm vm) {
        return ids().netid(vm);
    }

    /** The lowest free qid in 1..253; IN_USE if there is none. */
    public int nextQid() {
        return ids().nextQid();
    }

    /** The lowest free netid in 1..253; IN_USE if there is none. */
    public int nextNetid() {
        return ids().nextNetid();
    }

    private IdAllocation ids() {
        if (ids == null) {
            ids = new IdAllocation(this);
        }
        return ids;
    }

    /** The same collection with this VM in place of the one with the same key. */
    public VmCollection with(QubesVm changed) {
        List<QubesVm> next = new ArrayList<>(vms.size());
        for (QubesVm vm : vms) {
            next.add(vm.key() == changed.key() ? changed : vm);
        }
        return new VmCollection(rootAttributes, next, nextKey);
    }

    /** The same collection and one VM more; its {@code key} is given here, see {@link #newest}. */
    public VmCollection adding(VmClass vmClass, AttributeMap attributes) {
        List<QubesVm> next = new ArrayList<>(vms);
        next.add(new QubesVm(nextKey, vmClass, attributes));
        return new VmCollection(rootAttributes, next, nextKey + 1);
    }

    /** The VM that was added last. */
    public QubesVm newest() {
        return byKey(nextKey - 1);
    }

    /** The VM with this key, or null. */
    public @Nullable QubesVm findKey(int key) {
        int index = key - IMPLICIT_DOM0;
        return index >= 0 && index < byKey.length ? byKey[index] : null;
    }

    /** The VM with this key, which must be there. */
    public QubesVm byKey(int key) {
        QubesVm vm = findKey(key);
        if (vm == null) {
            throw new IllegalArgumentException("no VM has the key " + key);
        }
        return vm;
    }

    public VmCollection removing(QubesVm removed) {
        List<QubesVm> next = new ArrayList<>(vms.size());
        for (QubesVm vm : vms) {
            if (vm.key() != removed.key()) {
                next.add(vm);
            }
        }
        return new VmCollection(rootAttributes, next, nextKey);
    }

    /** Sets a global to a VM's qid, or to none. */
    public VmCollection withGlobal(Globals.Key key, @Nullable QubesVm target) {
        return withGlobalText(key, target == null ? "None" : String.valueOf(target.qid()));
    }

    public VmCollection withGlobalText(Globals.Key key, String text) {
        String stored = rootAttributes.get(key.xmlName());
        boolean same = stored == null ? false : stored.equals(text) || (isNone(stored) && isNone(text));
        return same ? this : new VmCollection(rootAttributes.with(key.xmlName(), text), vms, nextKey);
    }

    /** Takes a global out of the store, so that its default counts. */
    public VmCollection withoutGlobal(Globals.Key key) {
        return rootAttributes.has(key.xmlName())
                ? new VmCollection(rootAttributes.without(key.xmlName()), vms, nextKey)
                : this;
    }

    private static boolean isNone(String text) {
        return ValueType.isNone(text);
    }

    /** Usable qids in order, then the unusable ones. */
    private static final class ByQid implements Comparator<QubesVm> {
        @Override
        public int compare(QubesVm one, QubesVm two) {
            return Integer.compare(rank(one), rank(two));
        }

        private static int rank(QubesVm vm) {
            return vm.qid() == QubesVm.NO_QID ? Integer.MAX_VALUE : vm.qid();
        }
    }
}
