package org.qubestools.cli.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.EditOutcome;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.StoreDifference.AttributeChange;
import org.qubestools.core.model.StoreDifference.VmChange;

/** What a repair changes, for people: the store by VM and attribute, then the files. */
final class DifferenceLines {
    private DifferenceLines() {}

    static List<String> of(EditOutcome outcome) {
        List<String> lines = new ArrayList<>(of(outcome.difference()));
        lines.addAll(outcome.files());
        return lines;
    }

    static List<String> of(StoreDifference difference) {
        List<String> lines = new ArrayList<>();
        for (AttributeChange change : difference.globals()) {
            lines.add("globals: " + text(change));
        }
        for (VmChange vm : difference.vms()) {
            String kind = vm.kind() == StoreDifference.Kind.ADDED
                    ? "new"
                    : vm.kind().name().toLowerCase(Locale.ROOT);
            lines.add(kind + " " + vm.vmClass().typeName() + " " + PropertyText.safe(vm.name()) + " (qid " + vm.qid()
                    + ")");
            for (AttributeChange change :
                    vm.kind() == StoreDifference.Kind.CHANGED ? vm.attributes() : List.<AttributeChange>of()) {
                lines.add("  " + text(change));
            }
        }
        return lines;
    }

    private static String text(AttributeChange change) {
        return PropertyText.safe(change.attribute()) + ": " + shown(change.before()) + " -> " + shown(change.after());
    }

    private static String shown(@Nullable String text) {
        return text == null ? "(absent)" : PropertyText.safe(text);
    }
}
