package org.qubestools.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Two sets of VMs compared by what counts: stale copies, forced services, the order inside services do not. */
final class Meaning {
    private static final Pattern SERVICE = Pattern.compile("u?['\"]([^'\"]*)['\"]\\s*:\\s*(True|False|0|1)");
    private static final String UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    private Meaning() {}

    static List<String> differences(
            Map<String, Map<String, String>> expected, Map<String, Map<String, String>> actual) {
        List<String> differences = new ArrayList<>();
        Map<String, Map<String, String>> all = new TreeMap<>(expected);
        all.putAll(actual);
        String clockvm = actual.getOrDefault(StoreXml.GLOBALS, Map.of()).getOrDefault("clockvm", "");
        for (String element : all.keySet()) {
            Map<String, String> one = expected.get(element);
            Map<String, String> two = actual.get(element);
            if (one == null || two == null) {
                differences.add(element + (one == null ? " should not be there" : " is missing"));
            } else {
                boolean clock = element.endsWith(" qid=" + clockvm);
                differ(differences, element, counting(one, clock), counting(two, clock));
            }
        }
        return differences;
    }

    private static void differ(
            List<String> differences, String element, Map<String, String> one, Map<String, String> two) {
        Map<String, String> names = new TreeMap<>(one);
        names.putAll(two);
        for (String name : names.keySet()) {
            String expected = one.get(name);
            String actual = two.get(name);
            boolean any = "(any)".equals(expected) && actual != null && actual.matches(UUID);
            boolean same = expected == null ? actual == null : expected.equals(actual);
            if (!any && !same) {
                differences.add(element + " " + name + " is " + actual + ", not " + expected);
            }
        }
    }

    private static Map<String, String> counting(Map<String, String> attributes, boolean clockvm) {
        Map<String, String> counting = new TreeMap<>(attributes);
        dropCopy(counting, "uses_default_netvm", "netvm_qid");
        dropCopy(counting, "uses_default_dispvm_netvm", "dispvm_netvm");
        dropCopy(counting, "uses_default_kernel", "kernel");
        dropCopy(counting, "uses_default_kernelopts", "kernelopts");
        if (counting.containsKey("services")) {
            counting.put("services", services(counting, clockvm).toString());
        }
        return counting;
    }

    private static void dropCopy(Map<String, String> attributes, String flag, String copy) {
        if ("True".equalsIgnoreCase(attributes.get(flag))) {
            attributes.remove(copy);
        }
    }

    private static Map<String, Boolean> services(Map<String, String> attributes, boolean clockvm) {
        Map<String, Boolean> services = new TreeMap<>();
        Matcher matcher = SERVICE.matcher(attributes.get("services"));
        while (matcher.find()) {
            services.put(
                    matcher.group(1),
                    matcher.group(2).equals("True") || matcher.group(2).equals("1"));
        }
        boolean forcedOff = attributes.getOrDefault("pcidevs", "[]").contains("'");
        if (forcedOff) {
            services.put("meminfo-writer", false);
        }
        services.putIfAbsent("meminfo-writer", true);
        if (clockvm) {
            services.remove("ntpd");
        }
        return services;
    }
}
