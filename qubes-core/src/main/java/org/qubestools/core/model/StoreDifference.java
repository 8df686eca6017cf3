package org.qubestools.core.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two collections, by VM and attribute.
 *
 * @param vms changed, added and removed VMs by qid
 * @param globals changed attributes of the root element
 */
public record StoreDifference(List<VmChange> vms, List<AttributeChange> globals) {
    /** No difference. */
    public static final StoreDifference NONE = new StoreDifference(List.of(), List.of());

    /** How a VM differs. */
    public enum Kind {
        ADDED,
        REMOVED,
        CHANGED
    }

    /**
     * One VM that differs.
     *
     * @param attributes what changed; for an added VM all it has, for a removed one nothing
     */
    public record VmChange(Kind kind, VmClass vmClass, int qid, String name, List<AttributeChange> attributes) {}

    /**
     * One attribute that differs.
     *
     * @param before null for absent; so is {@code after}
     */
    public record AttributeChange(
            String attribute,
            @Nullable String before,
            @Nullable String after) {}

    public StoreDifference {
        vms = List.copyOf(vms);
        globals = List.copyOf(globals);
    }

    /** The difference by identity: a renamed VM is a changed one. */
    public static StoreDifference between(VmCollection before, VmCollection after) {
        List<VmChange> changes = new ArrayList<>();
        for (QubesVm old : before.byQidOrder()) {
            QubesVm now = after.findKey(old.key());
            if (now == null) {
                changes.add(change(Kind.REMOVED, old, List.of()));
            } else if (now != old && !now.attributes().equals(old.attributes())) {
                changes.add(change(Kind.CHANGED, old, attributes(old.attributes(), now.attributes())));
            }
        }
        for (QubesVm now : after.byQidOrder()) {
            if (before.findKey(now.key()) == null) {
                changes.add(change(Kind.ADDED, now, attributes(AttributeMap.EMPTY, now.attributes())));
            }
        }
        return new StoreDifference(changes, attributes(before.rootAttributes(), after.rootAttributes()));
    }

    /**
     * The difference of two stores that were read each for itself: VMs with the same qid and class are the same, and so
     * are those with the same name and class where a qid is unusable.
     */
    public static StoreDifference ofDocuments(VmCollection before, VmCollection after) {
        Map<String, QubesVm> now = byIdentity(after);
        List<VmChange> changes = new ArrayList<>();
        for (Map.Entry<String, QubesVm> entry : byIdentity(before).entrySet()) {
            QubesVm old = entry.getValue();
            QubesVm same = now.remove(entry.getKey());
            if (same == null) {
                changes.add(change(Kind.REMOVED, old, List.of()));
                continue;
            }
            List<AttributeChange> attributes = attributes(old.attributes(), same.attributes());
            if (!attributes.isEmpty()) {
                changes.add(change(Kind.CHANGED, old, attributes));
            }
        }
        for (QubesVm added : now.values()) {
            changes.add(change(Kind.ADDED, added, attributes(AttributeMap.EMPTY, added.attributes())));
        }
        return new StoreDifference(changes, attributes(before.rootAttributes(), after.rootAttributes()));
    }

    private static Map<String, QubesVm> byIdentity(VmCollection vms) {
        Map<String, QubesVm> all = new LinkedHashMap<>();
        for (QubesVm vm : vms.byQidOrder()) {
            String which = vm.qid() == QubesVm.NO_QID ? "name " + vm.name() : "qid " + vm.qid();
            String key = vm.vmClass().name() + " " + which;
            while (all.containsKey(key)) {
                key += "+"; // a second one with that qid: the order decides
            }
            all.put(key, vm);
        }
        return all;
    }

    private static VmChange change(Kind kind, QubesVm vm, List<AttributeChange> attributes) {
        return new VmChange(kind, vm.vmClass(), vm.qid(), vm.name(), List.copyOf(attributes));
    }

    private static List<AttributeChange> attributes(AttributeMap before, AttributeMap after) {
        Set<String> names = new LinkedHashSet<>(before.names());
        names.addAll(after.names());
        List<AttributeChange> changes = new ArrayList<>();
        for (String name : names) {
            String old = before.get(name);
            String now = after.get(name);
            if (old == null ? now != null : !old.equals(now)) {
                changes.add(new AttributeChange(name, old, now));
            }
        }
        return changes;
    }

    public boolean isEmpty() {
        return vms.isEmpty() && globals.isEmpty();
    }
}
