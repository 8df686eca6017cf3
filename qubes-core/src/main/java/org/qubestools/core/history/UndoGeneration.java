package org.qubestools.core.history;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.Draft;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.StoreDifference.AttributeChange;
import org.qubestools.core.model.StoreDifference.VmChange;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.store.StoreSnapshot;

/**
 * Takes one change of the store back and leaves what was changed since: attribute by attribute, VM by VM. Refused when a
 * later change is in the way. No file of a VM is touched.
 */
public final class UndoGeneration implements Change {
    /** What names a VM by its qid. */
    private static final Set<String> REFERENCES = Set.of(
            Globals.Key.DEFAULT_TEMPLATE.xmlName(),
            Globals.Key.DEFAULT_NETVM.xmlName(),
            Globals.Key.DEFAULT_FW_NETVM.xmlName(),
            Globals.Key.UPDATEVM.xmlName(),
            Globals.Key.CLOCKVM.xmlName(),
            Attributes.TEMPLATE.xmlName(),
            Attributes.NETVM.xmlName(),
            Attributes.DISPVM_NETVM.xmlName());

    private final int number;
    private final StoreSnapshot before;
    private final StoreSnapshot after;
    private final List<String> conflicts = new ArrayList<>();

    /**
     * The change of this number back; for one edit.
     *
     * @param before the store before that change
     * @param after the store behind it
     */
    public UndoGeneration(int number, StoreSnapshot before, StoreSnapshot after) {
        this.number = number;
        this.before = before;
        this.after = after;
    }

    @Override
    public void apply(Draft draft) {
        StoreSnapshot now = StoreSnapshot.parse("qubes.xml", draft.bytes().before(), draft.pools());
        StoreDifference made = StoreDifference.ofDocuments(before.vms(), after.vms());
        VmCollection vms = draft.vms();
        for (AttributeChange global : made.globals()) {
            vms = globalBack(vms, global);
        }
        for (VmChange change : made.vms()) {
            vms = switch (change.kind()) {
                case ADDED -> addedBack(vms, change);
                case REMOVED -> removedBack(vms, change);
                case CHANGED -> changedBack(vms, change);
            };
        }
        if (conflicts.isEmpty()) {
            findNewProblems(now, now.withChanges(vms));
        }
        if (!conflicts.isEmpty()) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "change " + number + " cannot be undone, later changes are in the way: "
                            + String.join("; ", conflicts),
                    "undo these first, or see 'qubes-store restore'");
        }
        new StoreSwap(draft, vms).check(StoreDifference.between(draft.vms(), vms));
        draft.replaceAll(vms);
        if (now.isContent(after.bytes())) {
            draft.bytes().want(before.bytes()); // nothing was changed since, so not a byte differs
        }
    }

    private VmCollection globalBack(VmCollection vms, AttributeChange change) {
        String current = vms.rootAttributes().get(change.attribute());
        if (Objects.equals(current, change.before())) {
            return vms;
        }
        Globals.Key key = Globals.Key.of(change.attribute());
        if (key == null || !Objects.equals(current, change.after())) {
            conflicts.add(change.attribute() + " is " + shown(current) + " now");
            return vms;
        }
        requireSameReference(vms, change.attribute(), change.before(), change.attribute());
        return change.before() == null ? vms.withoutGlobal(key) : vms.withGlobalText(key, change.before());
    }

    private VmCollection addedBack(VmCollection vms, VmChange change) {
        QubesVm made = find(after.vms(), change);
        QubesVm current = find(vms, change);
        if (made == null || current == null) {
            return vms; // somebody removed it already
        }
        List<String> later = new ArrayList<>();
        Set<String> names = new HashSet<>(made.attributes().names());
        names.addAll(current.attributes().names());
        for (String name : names) {
            if (!Objects.equals(
                    made.attributes().get(name), current.attributes().get(name))) {
                later.add(SafeText.of(name));
            }
        }
        if (!later.isEmpty()) {
            later.sort(null);
            conflicts.add("VM " + shown(current.name()) + " was changed since: " + String.join(", ", later));
            return vms;
        }
        return vms.removing(current);
    }

    private VmCollection removedBack(VmCollection vms, VmChange change) {
        QubesVm old = find(before.vms(), change);
        QubesVm there = vms.byQid(change.qid());
        if (old == null) {
            conflicts.add("VM " + shown(change.name()) + " had no usable qid");
        } else if (there != null) {
            conflicts.add("qid " + change.qid() + " is VM " + shown(there.name()) + " now");
        } else if (vms.hasName(old.name())) {
            conflicts.add("there is another VM " + shown(old.name()) + " now");
        } else {
            for (String name : old.attributes().names()) {
                requireSameReference(vms, name, old.attributes().get(name), of(name, old));
            }
            return vms.adding(old.vmClass(), old.attributes());
        }
        return vms;
    }

    private VmCollection changedBack(VmCollection vms, VmChange change) {
        QubesVm current = find(vms, change);
        if (current == null) {
            conflicts.add("VM " + shown(change.name()) + " is gone");
            return vms;
        }
        QubesVm made = find(after.vms(), change);
        if (made != null && !isSame(made, current)) {
            conflicts.add("VM " + shown(made.name()) + " is gone, its qid is VM " + shown(current.name()) + " now");
            return vms;
        }
        QubesVm result = current;
        for (AttributeChange attribute : change.attributes()) {
            String name = attribute.attribute();
            String value = current.attributes().get(name);
            String old = attribute.before();
            if (Objects.equals(value, old)) {
                continue;
            }
            if (!Objects.equals(value, attribute.after())) {
                conflicts.add(of(name, current) + " is " + shown(value) + " now");
            } else {
                requireSameReference(vms, name, old, of(name, current));
                result = old == null ? result.withoutText(name) : result.withText(name, old);
            }
        }
        return result == current ? vms : vms.with(result);
    }

    private static String of(String attribute, QubesVm vm) {
        return SafeText.of(attribute) + " of VM " + shown(vm.name());
    }

    /** A qid that is free goes to the next VM that is made: what has it now may be another one than was meant. */
    private void requireSameReference(VmCollection vms, String attribute, @Nullable String qid, String what) {
        int id = qid != null && REFERENCES.contains(attribute) ? QubesVm.idOf(qid) : QubesVm.NO_QID;
        QubesVm meant = id == QubesVm.NO_QID ? null : before.vms().byQid(id);
        QubesVm there = id == QubesVm.NO_QID ? null : vms.byQid(id);
        if (meant != null && there != null && !isSame(meant, there)) {
            conflicts.add(
                    what + " was VM " + shown(meant.name()) + ", whose qid is VM " + shown(there.name()) + " now");
        }
    }

    /** Whether two VMs with one qid are the same at two times: it keeps its UUID, once it has one, and may be renamed. */
    private static boolean isSame(QubesVm then, QubesVm now) {
        String uuid = then.get(Attributes.UUID);
        String uuidNow = now.get(Attributes.UUID);
        boolean known = uuid != null && uuidNow != null;
        return known ? Objects.equals(uuid, uuidNow) : then.name().equals(now.name());
    }

    private static @Nullable QubesVm find(VmCollection vms, VmChange change) {
        QubesVm vm = change.qid() == 0 ? vms.dom0() : vms.byQid(change.qid());
        return vm != null && vm.vmClass() == change.vmClass() ? vm : null;
    }

    private void findNewProblems(StoreSnapshot now, byte[] result) {
        Set<String> known = new HashSet<>();
        for (Problem problem : now.problems()) {
            known.add(key(problem));
        }
        for (Problem problem :
                StoreSnapshot.parse("qubes.xml", result, now.pools()).problems()) {
            if (!known.contains(key(problem))) {
                conflicts.add("'" + problem.about() + "' would have the problem "
                        + problem.code().text() + ": " + problem.text());
            }
        }
    }

    private static String key(Problem problem) {
        return problem.code() + " " + problem.about() + " " + problem.attribute();
    }

    private static String shown(@Nullable String value) {
        return value == null ? "(absent)" : "'" + SafeText.of(value) + "'";
    }
}
