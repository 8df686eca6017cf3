package org.qubestools.core.repair;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.edit.MendStore;
import org.qubestools.core.edit.MendStore.TextEdit;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.MalformedValue;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.ProblemCode;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmReference;
import org.qubestools.core.store.StoreSnapshot;

/**
 * Proposals for values and references that cannot be used: the value that counts instead is written down, or that of
 * the newest generation in which it was usable.
 */
final class ValueMender {
    /** Left out of the file when they have no value. */
    private static final Set<String> LEFT_OUT =
            Set.of("uuid", "mac", "maxmem", "backup_timestamp", "dir_path", "conf_file", "netid", "vcpus");

    /** What decides about the network: an older value might give more of it than what counts now. */
    private static final Set<String> NEVER_FROM_MEMORY =
            Set.of("uses_default_netvm", "uses_default_dispvm_netvm", "netid", "uuid", "mac", "dispid");

    private final StoreSnapshot store;
    private final VmCollection vms;
    private final Memory memory;
    private final StoreTree tree;

    ValueMender(StoreSnapshot store, Memory memory, StoreTree tree) {
        this.store = store;
        this.vms = store.vms();
        this.memory = memory;
        this.tree = tree;
    }

    /**
     * The proposals for one VM.
     *
     * @param references whether those for references are wanted too
     */
    List<Mending> of(QubesVm vm, boolean references) {
        List<Mending> proposals = new ArrayList<>(0);
        AttributeMap attributes = vm.attributes();
        for (int i = 0; i < attributes.size(); i++) {
            Attribute<?> attribute = attributes.attribute(i);
            if (attribute != null && attribute.belongsTo(vm.vmClass())) {
                value(vm, attribute, attributes.value(i), proposals);
            }
        }
        pool(vm, proposals);
        if (references) {
            references(vm, proposals);
        }
        return proposals;
    }

    private void value(QubesVm vm, Attribute<?> attribute, String text, List<Mending> proposals) {
        ProblemCode code = malformation(attribute, vm, text);
        String name = attribute.xmlName();
        if (code == null || name.equals("dispid")) {
            return;
        }
        String old = NEVER_FROM_MEMORY.contains(name) ? null : remembered(vm, attribute);
        String counting = inForce(vm, attribute);
        String after = old != null ? old : counting;
        String why = old != null
                ? "as " + memory.source() + " has it"
                : after == null ? "it counts as absent" : "what counts instead";
        proposals.add(mending(code, vm, name, after, why));
    }

    /** The problem with this text; null if there is none. */
    private static @Nullable ProblemCode malformation(Attribute<?> attribute, QubesVm vm, String text) {
        try {
            attribute.check(vm.vmClass(), text);
            return null;
        } catch (MalformedValue e) {
            return e.code();
        }
    }

    private @Nullable String remembered(QubesVm vm, Attribute<?> attribute) {
        QubesVm old = memory.same(vm);
        String text = old == null ? null : old.attributes().get(attribute.xmlName());
        return text != null && malformation(attribute, vm, text) == null ? text : null;
    }

    private @Nullable String inForce(QubesVm vm, Attribute<?> attribute) {
        if (attribute == Attributes.NETID) {
            Integer netid = vms.netid(vm);
            return netid == null || netid > QubesVm.MAX_ID ? null : netid.toString();
        }
        return formatted(vm, attribute);
    }

    private static <T> @Nullable String formatted(QubesVm vm, Attribute<T> attribute) {
        T value = vm.get(attribute);
        return value == null && LEFT_OUT.contains(attribute.xmlName()) ? null : attribute.format(value);
    }

    /** A pool that nobody knows counts as the default one; that is written down only if the VM is there. */
    private void pool(QubesVm vm, List<Mending> proposals) {
        String pool = vm.getOr(Attributes.POOL_NAME, Pools.DEFAULT);
        boolean unknown = store.pools().directory(pool) == null;
        String directory = unknown ? TreeFindings.files(store, vm).directory() : null;
        if (directory != null && tree.isDirectory(directory)) {
            proposals.add(
                    mending(ProblemCode.UNKNOWN_POOL, vm, "pool_name", Pools.DEFAULT, "its directory is in that pool"));
        }
    }

    private void references(QubesVm vm, List<Mending> proposals) {
        boolean template = vm.vmClass().isTemplate() && !vms.storedTemplate(vm).isNone();
        if (template) {
            ProblemCode code =
                    vms.storedTemplate(vm).isBroken() ? ProblemCode.TEMPLATE_MISSING : ProblemCode.TEMPLATE_WRONG_KIND;
            proposals.add(mending(code, vm, "template_qid", "none", "a template has none"));
        }
        boolean own =
                vm.vmClass().hasNetvm() && !(vm.vmClass().hasDefaultNetvm() && vm.is(Attributes.USES_DEFAULT_NETVM));
        if (own) {
            netvm(vm, vms.netvm(vm), "netvm_qid", proposals);
        }
        if (!vm.is(Attributes.USES_DEFAULT_DISPVM_NETVM)) {
            netvm(vm, vms.dispvmNetvm(vm), "dispvm_netvm", proposals);
        }
    }

    private void netvm(QubesVm vm, VmReference netvm, String attribute, List<Mending> proposals) {
        QubesVm target = netvm.vm();
        if (netvm.isBroken()) {
            ProblemCode code = vms.reference(vm.attributes().get(attribute)).vm() == null
                    ? ProblemCode.NETVM_MISSING
                    : ProblemCode.NETVM_WRONG_KIND;
            proposals.add(mending(code, vm, attribute, "none", "no network is what counts"));
        } else if (target != null && target.key() == vm.key()) {
            proposals.add(mending(ProblemCode.NETVM_LOOP, vm, attribute, "none", "it cannot give network to itself"));
        } else if (target != null && closesLoop(vm, target, attribute)) {
            String why = "it closes a loop that is not in " + memory.source();
            proposals.add(mending(ProblemCode.NETVM_LOOP, vm, attribute, "none", why));
        }
    }

    /** Whether a loop of several was closed here: the others on it had their netvm before. */
    private boolean closesLoop(QubesVm vm, QubesVm netvm, String attribute) {
        QubesVm old = memory.same(vm);
        return vm.vmClass() == VmClass.PROXY
                && attribute.equals(Attributes.NETVM.xmlName())
                && old != null
                && !Objects.equals(
                        old.attributes().get(attribute), vm.attributes().get(attribute))
                && vms.chainMeets(netvm, vm);
    }

    /** Each global that cannot be used gets what counts instead. */
    static List<Mending> ofGlobals(VmCollection vms) {
        List<Mending> proposals = new ArrayList<>(0);
        for (Globals.Repair repair : vms.globals().repairs()) {
            QubesVm instead = vms.globals().vm(repair.key());
            String after = instead == null ? "None" : String.valueOf(instead.qid());
            String name = repair.key().xmlName();
            TextEdit edit = new TextEdit(MendStore.GLOBALS, name, name, repair.stored(), after);
            String text = "set " + name + " to " + (instead == null ? "none" : "'" + SafeText.of(instead.name()) + "'")
                    + ", what counts instead";
            proposals.add(Mending.ofTexts(repair.code().text(), name, text, List.of(edit)));
        }
        return proposals;
    }

    static Mending mending(ProblemCode code, QubesVm vm, String attribute, @Nullable String after, String why) {
        String name = IdentityMender.about(vm);
        TextEdit edit = new TextEdit(vm.key(), name, attribute, vm.attributes().get(attribute), after);
        String text = after == null
                ? "take out " + attribute + ": " + why
                : "set " + attribute + " to '" + SafeText.of(after) + "', " + why;
        return Mending.ofTexts(code.text(), name, text, List.of(edit));
    }
}
