package org.qubestools.core.repair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.core.edit.MendStore;
import org.qubestools.core.edit.MendStore.LinkEdit;
import org.qubestools.core.edit.MendStore.SecondDom0Removal;
import org.qubestools.core.edit.MendStore.TextEdit;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.ProblemCode;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.SecondDom0;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.store.StoreSnapshot;

/**
 * The mendings of a store, chosen one after the other: each of them leaves fewer problems behind than it found and none
 * of a kind that there was not before, or it is not in the plan.
 */
final class RepairPlan {
    /** A mending may make room for the next, as a name for a reference; more turns than kinds are never needed. */
    private static final int MAX_TURNS = 4;

    private final Memory memory;
    private final StoreTree tree;
    private final List<Mending> chosen = new ArrayList<>();
    /** Keys of second dom0s that the plan takes out, ascending; {@link #now} is without them. */
    private final List<Integer> removed = new ArrayList<>(0);

    private StoreSnapshot now;

    private RepairPlan(StoreSnapshot store, Memory memory, StoreTree tree) {
        this.now = store;
        this.memory = memory;
        this.tree = tree;
    }

    /** The plan for the store alone. */
    static RepairPlan of(StoreSnapshot store, Memory memory, StoreTree tree) {
        RepairPlan plan = new RepairPlan(store, memory, tree);
        plan.secondDom0s();
        int before = -1;
        for (int turn = 0; turn < MAX_TURNS && plan.chosen.size() > before; turn++) {
            before = plan.chosen.size();
            plan.turn();
        }
        return plan;
    }

    List<Mending> mendings() {
        return chosen;
    }

    /** The problems that will be left. */
    List<Problem> remaining() {
        return now.problems();
    }

    /** One that would be missed stays, and with it the problem. */
    private void secondDom0s() {
        VmCollection kept = now.vms();
        List<Mending> mendings = new ArrayList<>(0);
        for (QubesVm vm : now.vms().inDocumentOrder()) {
            if (SecondDom0.is(now.vms(), vm)
                    && SecondDom0.saysMore(now.vms(), vm).isEmpty()) {
                kept = kept.removing(vm);
                mendings.add(Mending.ofSecondDom0(
                        ProblemCode.DUPLICATE_QID.text(),
                        IdentityMender.about(vm),
                        "take the second dom0 out of the store: it says nothing that the first one does not",
                        new SecondDom0Removal(vm.key())));
            }
        }
        StoreSnapshot after = StoreSnapshot.parse("qubes.xml", now.withChanges(kept), now.pools());
        if (isBetter(now.problems(), after.problems())) {
            now = after;
            chosen.addAll(mendings);
            mendings.forEach(mending -> removed.add(mending.removals().get(0).key()));
        }
    }

    /** Keys are places in the document, and those behind an element that was taken out are others now. */
    private Mending withKeysOfTheStore(Mending mending) {
        List<TextEdit> texts = new ArrayList<>();
        for (TextEdit edit : mending.texts()) {
            int key = edit.key();
            for (int gone : removed) {
                key += key >= gone ? 1 : 0;
            }
            texts.add(new TextEdit(key, edit.name(), edit.attribute(), edit.before(), edit.after()));
        }
        return Mending.ofTexts(mending.code(), mending.about(), mending.text(), texts);
    }

    /** Identities first, since references lead to them. */
    private void turn() {
        if (now.problems().isEmpty()) {
            return;
        }
        List<Integer> keys = new ArrayList<>();
        for (QubesVm vm : now.vms().inDocumentOrder()) {
            keys.add(vm.key());
        }
        for (int key : keys) {
            for (Mending proposal :
                    new IdentityMender(now, memory, tree).of(now.vms().byKey(key))) {
                consider(proposal);
            }
        }
        values(keys);
        for (Mending proposal : isTrusted() ? ValueMender.ofGlobals(now.vms()) : List.<Mending>of()) {
            consider(proposal);
        }
    }

    /** False while a qid leads nowhere: what refers to it may be right, and would be lost by a change. */
    private boolean isTrusted() {
        for (Problem problem : now.problems()) {
            if (problem.code().blocksEveryChange()) {
                return false;
            }
        }
        return true;
    }

    /** All at once if that is good, as it nearly always is: each look at the outcome reads the whole store. */
    private void values(List<Integer> keys) {
        List<Mending> proposals = new ArrayList<>();
        ValueMender mender = new ValueMender(now, memory, tree);
        for (int key : keys) {
            proposals.addAll(mender.of(now.vms().byKey(key), isTrusted()));
        }
        StoreSnapshot together = proposals.size() > 1 ? outcome(proposals) : now;
        boolean each = now.problems().size() - together.problems().size() == proposals.size();
        if (each && isBetter(now.problems(), together.problems())) {
            now = together;
            proposals.forEach(proposal -> chosen.add(withKeysOfTheStore(proposal)));
            return;
        }
        for (Mending proposal : proposals) {
            consider(proposal);
        }
    }

    private StoreSnapshot outcome(List<Mending> proposals) {
        VmCollection changed = now.vms();
        for (Mending proposal : proposals) {
            for (TextEdit edit : proposal.texts()) {
                changed = applied(changed, edit);
            }
        }
        return StoreSnapshot.parse("qubes.xml", now.withChanges(changed), now.pools());
    }

    private void consider(Mending proposal) {
        StoreSnapshot after = outcome(List.of(proposal));
        if (isBetter(now.problems(), after.problems())) {
            now = after;
            chosen.add(withKeysOfTheStore(proposal));
        }
    }

    private static VmCollection applied(VmCollection vms, TextEdit edit) {
        Globals.Key key = edit.key() == MendStore.GLOBALS ? Globals.Key.of(edit.attribute()) : null;
        if (key != null) {
            return vms.withGlobalText(key, String.valueOf(edit.after()));
        }
        return vms.with(MendStore.changed(vms.byKey(edit.key()), edit.attribute(), edit.after()));
    }

    private static boolean isBetter(List<Problem> before, List<Problem> after) {
        Map<String, Integer> balance = new HashMap<>();
        for (Problem problem : before) {
            balance.merge(problem.code().text() + " " + problem.attribute(), 1, Integer::sum);
        }
        boolean none = true;
        for (Problem problem : after) {
            none &= balance.merge(problem.code().text() + " " + problem.attribute(), -1, Integer::sum) >= 0;
        }
        return none && after.size() < before.size();
    }

    /** Links to icons that are not there or lead elsewhere. */
    static List<Mending> icons(StoreSnapshot store, List<Finding> findings) {
        List<Mending> mendings = new ArrayList<>();
        for (Finding finding : findings) {
            QubesVm vm =
                    finding.code().equals(TreeFindings.ICON_CODE) ? store.vms().byName(finding.about()) : null;
            if (vm != null) {
                String icon = String.valueOf(TreeFindings.files(store, vm).icon());
                String target = TreeFindings.files(store, vm).iconTarget();
                mendings.add(Mending.ofLink(
                        finding.code(),
                        finding.about(),
                        "link " + finding.place().path() + " to " + target,
                        new LinkEdit(icon, target)));
            }
        }
        return mendings;
    }
}
