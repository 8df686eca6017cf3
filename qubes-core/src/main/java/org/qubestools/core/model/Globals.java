package org.qubestools.core.model;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The attributes of the root element, with unusable ones repaired as section 2 of the format says. */
public final class Globals {
    /** The six global attributes; {@code xmlName} is also the name that {@code qubes-prefs} uses, with dashes. */
    public enum Key {
        CLOCKVM("clockvm"),
        DEFAULT_FW_NETVM("default_fw_netvm"),
        DEFAULT_KERNEL("default_kernel"),
        DEFAULT_NETVM("default_netvm"),
        DEFAULT_TEMPLATE("default_template"),
        UPDATEVM("updatevm");

        private static final List<Key> ALL = List.of(values());
        private final String xmlName;

        Key(String xmlName) {
            this.xmlName = xmlName;
        }

        public String xmlName() {
            return xmlName;
        }

        /** Accepts dashes and underscores; null if there is no such global. */
        public static @Nullable Key of(String untrusted) {
            String name = untrusted.replace('-', '_');
            for (Key key : ALL) {
                if (key.xmlName.equals(name)) {
                    return key;
                }
            }
            return null;
        }

        /** All, by name. */
        public static List<Key> all() {
            return ALL;
        }
    }

    /** A global that had to be repaired; the code is {@code GLOBAL_DANGLING} or {@code GLOBAL_MALFORMED}. */
    public record Repair(Key key, ProblemCode code, String stored) {}

    private final VmCollection vms;
    private final List<Repair> repairs = new ArrayList<>(0);
    private final @Nullable QubesVm defaultTemplate;
    private final @Nullable QubesVm defaultFwNetvm;
    private final @Nullable QubesVm defaultNetvm;
    private final @Nullable QubesVm updatevm;
    private final @Nullable QubesVm clockvm;
    private final @Nullable String defaultKernel;

    Globals(VmCollection vms) {
        this.vms = vms;
        this.defaultTemplate = repaired(Key.DEFAULT_TEMPLATE, null);
        this.defaultFwNetvm = repaired(Key.DEFAULT_FW_NETVM, null);
        this.defaultNetvm = repaired(Key.DEFAULT_NETVM, defaultFwNetvm);
        this.updatevm = repaired(Key.UPDATEVM, defaultNetvm);
        this.clockvm = vms.rootAttributes().has(Key.CLOCKVM.xmlName)
                ? repaired(Key.CLOCKVM, defaultNetvm)
                : rootOfNetwork(defaultNetvm);
        this.defaultKernel = kernel();
    }

    private @Nullable QubesVm repaired(Key key, @Nullable QubesVm otherwise) {
        String text = vms.rootAttributes().get(key.xmlName);
        if (text == null || ValueType.isNone(text)) {
            return null;
        }
        QubesVm target = vms.byQid(QubesVm.idOf(text));
        if (target != null && fits(key, target)) {
            return target;
        }
        boolean dangling = target == null && isNumber(text);
        repairs.add(new Repair(key, dangling ? ProblemCode.GLOBAL_DANGLING : ProblemCode.GLOBAL_MALFORMED, text));
        return otherwise;
    }

    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean fits(Key key, QubesVm target) {
        return switch (key) {
            case DEFAULT_TEMPLATE -> target.vmClass().isTemplate();
            case DEFAULT_NETVM, DEFAULT_FW_NETVM ->
                target.vmClass() == VmClass.NET || target.vmClass() == VmClass.PROXY;
            case UPDATEVM, CLOCKVM -> true;
            case DEFAULT_KERNEL -> false;
        };
    }

    private @Nullable QubesVm rootOfNetwork(@Nullable QubesVm start) {
        Set<QubesVm> seen = new LinkedHashSet<>();
        QubesVm at = start;
        while (at != null && seen.add(at)) {
            QubesVm next = at.vmClass() == VmClass.PROXY ? vms.proxyNetvm(at).vm() : null;
            if (next == null) {
                return at;
            }
            at = next;
        }
        return null;
    }

    private @Nullable String kernel() {
        String text = vms.rootAttributes().get(Key.DEFAULT_KERNEL.xmlName);
        if (text == null || ValueType.isNone(text)) {
            return null;
        }
        if (KernelName.reasonAgainst(text) != null) {
            repairs.add(new Repair(Key.DEFAULT_KERNEL, ProblemCode.GLOBAL_MALFORMED, text));
            return null;
        }
        return text;
    }

    public @Nullable QubesVm defaultTemplate() {
        return defaultTemplate;
    }

    public @Nullable QubesVm defaultFwNetvm() {
        return defaultFwNetvm;
    }

    public @Nullable QubesVm defaultNetvm() {
        return defaultNetvm;
    }

    public @Nullable QubesVm updatevm() {
        return updatevm;
    }

    public @Nullable QubesVm clockvm() {
        return clockvm;
    }

    public @Nullable String defaultKernel() {
        return defaultKernel;
    }

    /** The VM of a global that refers to one; null for none and for the kernel. */
    public @Nullable QubesVm vm(Key key) {
        return switch (key) {
            case DEFAULT_TEMPLATE -> defaultTemplate;
            case DEFAULT_FW_NETVM -> defaultFwNetvm;
            case DEFAULT_NETVM -> defaultNetvm;
            case UPDATEVM -> updatevm;
            case CLOCKVM -> clockvm;
            case DEFAULT_KERNEL -> null;
        };
    }

    /** The globals whose stored text could not be used. */
    public List<Repair> repairs() {
        return List.copyOf(repairs);
    }
}
