package org.qubestools.cli.listing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.listing.VmField.Column;

/** Which fields a listing shows: the original options add to and take from a set; formats name a set. */
public final class FieldSets {
    /** Names of the formats, as {@code --format} takes them. */
    public static final List<String> FORMATS = List.of("simple", "network", "kernel", "full", "prefs", "disk");

    private final List<VmField> fields = new ArrayList<>(List.of(
            Column.NAME,
            Column.ON,
            Column.STATE,
            Column.UPDBL,
            Column.TYPE,
            Column.TEMPLATE,
            Column.NETVM,
            Column.LABEL));

    /** Adds fields at the end. */
    public FieldSets add(Column... columns) {
        fields.addAll(List.of(columns));
        return this;
    }

    public FieldSets remove(Column... columns) {
        fields.removeAll(List.of(columns));
        return this;
    }

    public List<VmField> fields() {
        return List.copyOf(fields);
    }

    /** The fields of a format; null if there is no such format. */
    public static @Nullable List<VmField> ofFormat(String untrusted) {
        return switch (untrusted.toLowerCase(Locale.ROOT)) {
            case "simple" -> named("name", "state", "type", "label", "template", "netvm");
            case "network" -> named("name", "state", "netvm", "ip", "ip back", "gateway/DNS");
            case "kernel" -> named("name", "state", "type", "template", "kernel", "kernelopts");
            case "full" -> {
                List<VmField> all = new ArrayList<>(List.of(Column.values()));
                all.remove(Column.NAME_RAW);
                all.remove(Column.CPU);
                yield all;
            }
            case "prefs" ->
                named(
                        "name",
                        "label",
                        "template",
                        "netvm",
                        "memory",
                        "maxmem",
                        "vcpus",
                        "kernel",
                        "include_in_backups");
            case "disk" -> named("name", "state", "disk", "priv-curr", "priv-max", "root-curr", "root-max");
            default -> null;
        };
    }

    private static List<VmField> named(String... names) {
        List<VmField> fields = new ArrayList<>();
        for (String name : names) {
            VmField field = VmField.named(name);
            if (field == null) {
                throw new IllegalStateException("no field " + name);
            }
            fields.add(field);
        }
        return fields;
    }
}
