package org.qubestools.cli.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.StoreDifference.AttributeChange;
import org.qubestools.core.model.StoreDifference.VmChange;

/** The difference of two stores as every tool shows it, by VM and attribute. */
public final class DifferenceText {
    private DifferenceText() {}

    /** Lines for a terminal; none if there is no difference. The caller may add to the list. */
    public static List<String> lines(StoreDifference difference) {
        List<String> lines = new ArrayList<>();
        for (AttributeChange change : difference.globals()) {
            lines.add("globals: " + text(change));
        }
        for (VmChange vm : difference.vms()) {
            String name = vm.vmClass().typeName() + " " + PropertyText.safe(vm.name()) + " (qid " + vm.qid() + ")";
            switch (vm.kind()) {
                case ADDED -> lines.add("new " + name);
                case REMOVED -> lines.add("removed " + name);
                case CHANGED -> lines.add("changed " + name);
            }
            for (AttributeChange change : vm.attributes()) {
                lines.add("  " + text(change));
            }
        }
        return lines;
    }

    private static String text(AttributeChange change) {
        return PropertyText.safe(change.attribute()) + ": " + text(change.before()) + " -> " + text(change.after());
    }

    private static String text(@Nullable String value) {
        return value == null ? "(absent)" : PropertyText.safe(value);
    }

    /** Adds the keys {@code globals} and {@code vms} to an object. */
    public static void putJson(StoreDifference difference, Map<String, ? super List<Object>> object) {
        object.put("globals", attributes(difference.globals()));
        List<Object> vms = new ArrayList<>();
        for (VmChange vm : difference.vms()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("change", vm.kind().name().toLowerCase(Locale.ROOT));
            entry.put("class", vm.vmClass().typeName());
            entry.put("qid", (long) vm.qid());
            entry.put("name", vm.name());
            entry.put("attributes", attributes(vm.attributes()));
            vms.add(entry);
        }
        object.put("vms", vms);
    }

    private static List<Object> attributes(List<AttributeChange> changes) {
        List<Object> list = new ArrayList<>();
        for (AttributeChange change : changes) {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("attribute", change.attribute());
            entry.put("before", change.before());
            entry.put("after", change.after());
            list.add(entry);
        }
        return list;
    }
}
