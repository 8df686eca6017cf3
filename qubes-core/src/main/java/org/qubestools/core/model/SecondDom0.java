package org.qubestools.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An element for dom0 behind the first one, which counts: what would be lost without it. */
public final class SecondDom0 {
    /** The same for every dom0, whatever stands there. */
    private static final Set<String> FIXED = Set.of("name", "qid", "netid", "label", "template_qid");

    private SecondDom0() {}

    /** True if it is one. */
    public static boolean is(VmCollection vms, QubesVm vm) {
        return vm.vmClass() == VmClass.ADMIN && vm.key() != vms.dom0().key();
    }

    /** Names of attributes that it has and the first one has not, or with another value; untrusted. */
    public static List<String> saysMore(VmCollection vms, QubesVm second) {
        QubesVm first = vms.dom0();
        List<String> more = new ArrayList<>(0);
        AttributeMap attributes = second.attributes();
        for (int i = 0; i < attributes.size(); i++) {
            String name = attributes.name(i);
            String text = attributes.value(i);
            boolean same = FIXED.contains(name)
                    || text.equals(first.attributes().get(name))
                    || (!first.attributes().has(name) && isDefault(first, attributes.attribute(i), text));
            if (!same) {
                more.add(name);
            }
        }
        return more;
    }

    private static boolean isDefault(QubesVm without, @Nullable Attribute<?> attribute, String text) {
        return attribute != null && attribute.belongsTo(VmClass.ADMIN) && text.equals(formatted(without, attribute));
    }

    private static <T> @Nullable String formatted(QubesVm vm, Attribute<T> attribute) {
        T value = vm.get(attribute);
        return value == null ? null : attribute.format(value);
    }
}
