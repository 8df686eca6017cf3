package org.qubestools.devices;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.qubestools.qubesdb.QubesDbException;

/**
 * What a VM published below one directory of its QubesDB, by the name of the device; nothing is checked but the amount.
 *
 * @param byName fields of each device, names in natural order
 * @param cut whether the VM published more devices than that
 */
record PublishedEntries(Map<String, Map<String, ByteText>> byName, boolean cut) {
    /** More devices than any machine has; what lies beyond is not looked at. */
    static final int MAX_DEVICES = 10_000;

    /** Of a VM that is not running, or whose database does not answer: nothing; the latter is asked anew next time. */
    static PublishedEntries of(PublishingVm vm, String directory) throws InterruptedException {
        if (!vm.name().equals(PublishingVm.DOM0) && !vm.isRunning()) {
            return new PublishedEntries(Map.of(), false);
        }
        try {
            return sorted(vm.untrustedTree(directory), directory);
        } catch (QubesDbException e) {
            vm.refresh();
            return new PublishedEntries(Map.of(), false);
        }
    }

    private static PublishedEntries sorted(Map<String, ByteText> untrustedTree, String directory) {
        Map<String, Map<String, ByteText>> byName = new HashMap<>();
        boolean cut = false;
        for (Map.Entry<String, ByteText> entry : untrustedTree.entrySet()) {
            String name = name(entry.getKey(), directory);
            if (name.isEmpty()) {
                continue;
            }
            Map<String, ByteText> fields = byName.get(name);
            if (fields == null && byName.size() == MAX_DEVICES) {
                cut = true;
                continue;
            }
            if (fields == null) {
                fields = new HashMap<>();
                byName.put(name, fields);
            }
            int field = directory.length() + name.length() + 1;
            if (field < entry.getKey().length()) {
                fields.put(entry.getKey().substring(field), entry.getValue());
            }
        }
        Map<String, Map<String, ByteText>> inOrder = new TreeMap<>(NaturalOrder.INSTANCE);
        inOrder.putAll(byName);
        return new PublishedEntries(inOrder, cut);
    }

    private static String name(String key, String directory) {
        if (!key.startsWith(directory)) {
            return "";
        }
        int end = key.indexOf('/', directory.length());
        return key.substring(directory.length(), end < 0 ? key.length() : end);
    }
}
