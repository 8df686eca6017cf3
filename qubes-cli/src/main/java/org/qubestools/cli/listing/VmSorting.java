package org.qubestools.cli.listing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;

/** Sorts VMs by a field: numbers by their value, all else by text; equal ones keep their order. */
public final class VmSorting {
    private VmSorting() {}

    /** The field to sort by; {@code name} sorts by the plain name. */
    public static VmField field(String untrusted) {
        VmField field = VmField.named(untrusted);
        if (field == null) {
            throw Usage.error(
                    "there is no column '" + SafeText.of(untrusted) + "' to sort by",
                    "'qvm-ls --help-columns' lists them");
        }
        return field == VmField.Column.NAME ? VmField.Column.NAME_RAW : field;
    }

    public static List<QubesVm> sort(
            List<VmView> views, VmField field, VmCells cells, boolean ignoreCase, boolean reverse) {
        List<Row> rows = new ArrayList<>();
        for (VmView view : views) {
            Object value = VmValues.of(field, view, cells);
            String text = value == null ? "" : String.valueOf(value);
            rows.add(new Row(view.vm(), number(value), ignoreCase ? text.toLowerCase(Locale.ROOT) : text));
        }
        Collections.sort(rows);
        if (reverse) {
            Collections.reverse(rows);
        }
        List<QubesVm> sorted = new ArrayList<>();
        for (Row row : rows) {
            sorted.add(row.vm());
        }
        return sorted;
    }

    private static double number(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NEGATIVE_INFINITY;
    }

    private record Row(QubesVm vm, double number, String text) implements Comparable<Row> {
        @Override
        public int compareTo(Row other) {
            int byNumber = Double.compare(number, other.number);
            return byNumber != 0 ? byNumber : text.compareTo(other.text);
        }
    }
}
