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
                    "generation " + number + " cannot be undone, later changes are in the way: "
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
        return vms.withGlobalText(key, change.before() == null ? "None" : change.before());
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
        QubesVm result = current;
        for (AttributeChange attribute : change.attributes()) {
            String name = attribute.attribute();
            String value = current.attributes().get(name);
            String old = attribute.before();
            if (Objects.equals(value, old)) {
                continue;
            }
            if (!Objects.equals(value, attribute.after())) {
                conflicts.add(SafeText.of(name) + " of VM " + shown(current.name()) + " is " + shown(value) + " now");
            } else {
                result = old == null ? result.withoutText(name) : result.withText(name, old);
            }
        }
        return result == current ? vms : vms.with(result);
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
