package org.qubestools.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.qubestools.devices.DeviceException;

/** What a recording of devices expects, against what the code gives. */
final class Expected {
    private static final String ERROR = "error";

    private Expected() {}

    /** What differs: every expected field must be as it is, and an error must be expected. */
    static List<String> differences(Object expected, Map<String, Object> found) {
        Map<String, Object> wanted = JsonTree.map(expected);
        List<String> differences = new ArrayList<>();
        if (wanted.isEmpty()) {
            differences.add("the case expects nothing");
        }
        for (Map.Entry<String, Object> field : wanted.entrySet()) {
            Object value = found.get(field.getKey());
            if (!found.containsKey(field.getKey()) || !Objects.equals(field.getValue(), value)) {
                differences.add(field.getKey() + " is " + value + ", not " + field.getValue());
            }
        }
        if (found.containsKey(ERROR) && !wanted.containsKey(ERROR)) {
            differences.add("failed with " + found);
        }
        return differences;
    }

    /** What the code gives, or its error with the things that it names. */
    static Map<String, Object> outcome(Callable<Map<String, Object>> code) throws Exception {
        try {
            return code.call();
        } catch (DeviceException e) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put(ERROR, e.error().name());
            e.vm().ifPresent(vm -> error.put("vm", vm));
            e.frontend().ifPresent(frontend -> error.put("frontend", frontend));
            return error;
        }
    }

    /** Fields in pairs of name and value; a value may be null. */
    static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return fields;
    }
}
