package org.qubestools.cli.listing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.property.VmProperties;
import org.qubestools.core.property.VmProperty;

/** A field of a listing: one of the original columns, or any property. */
public sealed interface VmField {
    /** The name as it stands in the header. */
    String id();

    /** The original columns. */
    enum Column implements VmField {
        NAME("name", "name, decorated by the kind of VM"),
        NAME_RAW("name-raw", "name"),
        ON("on", "'*' while the VM runs"),
        STATE("state", "power state"),
        UPDBL("updbl", "'Yes' if the VM has a root file system of its own"),
        TYPE("type", "kind of VM, empty for an AppVM"),
        TEMPLATE("template", "template"),
        NETVM("netvm", "VM that gives it network, '*' in front if by default"),
        LABEL("label", "colour"),
        QID("qid", "number of the VM"),
        XID("xid", "number of the running domain"),
        CPU("cpu", "CPU use in percent over one second"),
        MEM("mem", "memory while the VM runs"),
        LAST_BACKUP("last backup", "day of the last backup"),
        IP("ip", "address"),
        IP_BACK("ip back", "address as gateway of the VMs behind it"),
        GATEWAY("gateway/DNS", "gateway and DNS server it uses"),
        PRIV_CURR("priv-curr", "space that private.img takes"),
        PRIV_MAX("priv-max", "length of private.img"),
        PRIV_UTIL("priv-util", "part of private.img that is used"),
        ROOT_CURR("root-curr", "space that root.img takes"),
        ROOT_MAX("root-max", "length of root.img"),
        ROOT_UTIL("root-util", "part of root.img that is used"),
        DISK("disk", "space that the VM's directory takes"),
        KERNEL("kernel", "kernel, '*' in front if by default"),
        KERNELOPTS("kernelopts", "options of the kernel, '*' in front if by default");

        private final String id;
        private final String help;

        Column(String id, String help) {
            this.id = id;
            this.help = help;
        }

        @Override
        public String id() {
            return id;
        }

        public String help() {
            return help;
        }

        /** Its cells cost a look at the disk. */
        public boolean needsDisk() {
            return switch (this) {
                case PRIV_CURR, PRIV_MAX, PRIV_UTIL, ROOT_CURR, ROOT_MAX, ROOT_UTIL, DISK -> true;
                default -> false;
            };
        }

        /** Its cells cost a look at the running system. */
        public boolean needsVmm() {
            return switch (this) {
                case ON, STATE, XID, CPU, MEM -> true;
                default -> false;
            };
        }
    }

    /** A property as a column; the cell is what {@code qvm-prefs -g} prints. */
    record OfProperty(VmProperty property) implements VmField {
        @Override
        public String id() {
            return property.id();
        }
    }

    /** The field of this name, with blanks, dashes or underscores between words, in any case; null if none has it. */
    static @Nullable VmField named(String untrusted) {
        String wanted = folded(untrusted);
        for (Column column : Column.values()) {
            if (folded(column.id).equals(wanted)) {
                return column;
            }
        }
        VmProperty property = VmProperties.named(untrusted);
        if (property == null) {
            property = VmProperties.named(untrusted.replace('-', '_').toLowerCase(Locale.ROOT));
        }
        return property == null ? null : new OfProperty(property);
    }

    private static String folded(String name) {
        return name.toLowerCase(Locale.ROOT).replace(' ', '-').replace('_', '-').replace('/', '-');
    }

    /** The names of the original columns, sorted. */
    static List<String> columnNames() {
        List<String> names = new ArrayList<>();
        for (Column column : Column.values()) {
            names.add(column.id);
        }
        Collections.sort(names);
        return names;
    }
}
