package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.Tools;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.core.vmm.FakeVmm;

/** Recorded command lines: what they print, and what they change. */
final class ToolCases {
    private static final Pattern FIXED_PATH =
            Pattern.compile("(?<![\\w./])/(var/lib/qubes|var/run/qubes|etc/qubes|sys/bus/pci)");

    private final Path directory;
    private final Report report;
    private final Trees trees;

    ToolCases(Path directory, Report report, Trees trees) {
        this.directory = directory;
        this.report = report;
        this.trees = trees;
    }

    void run() throws IOException {
        for (Path file : StoreCases.sorted(directory.resolve("cli"), "output-*.json")) {
            report.border(name(file), () -> outputs(file));
        }
        for (Path file : StoreCases.sorted(directory.resolve("cli"), "transactions-*.json")) {
            report.border(name(file), () -> transactions(file));
        }
    }

    private static boolean exists(String tool) {
        return Tools.names().contains(tool);
    }

    private byte[] store(Object name) throws IOException {
        return Files.readAllBytes(directory.resolve("stores").resolve(String.valueOf(name)));
    }

    private Map<String, Object> state(Object name) throws IOException {
        return name == null ? Map.of() : JsonTree.read(directory.resolve("cli").resolve(String.valueOf(name)));
    }

    /** The list of cases: the one member that is a list of objects. */
    private static List<Map<String, Object>> cases(Map<String, Object> recording) {
        List<Map<String, Object>> cases = new ArrayList<>();
        for (Object member : recording.values()) {
            if (member instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Map) {
                for (Object item : list) {
                    cases.add(JsonTree.map(item));
                }
            }
        }
        return cases;
    }

    private void outputs(Path file) throws IOException {
        Map<String, Object> recording = JsonTree.read(file);
        Path root = trees.full(store(recording.get("store")), List.of());
        FakeVmm vmm = trees.vmm(root, JsonTree.map(recording.get("host")), state(recording.get("running_state")));
        for (Map<String, Object> recorded : cases(recording)) {
            List<String> words = JsonTree.texts(recorded.get("cmd"));
            if (exists(words.get(0))) {
                String name = name(file) + ": " + String.join(" ", words);
                report.check(name, () -> output(trees.online(root, vmm), recorded, words));
            } else {
                report.skip(words.get(0));
            }
        }
    }

    private static List<String> output(ToolRunner runner, Map<String, Object> recorded, List<String> words) {
        Map<String, Object> want = JsonTree.map(recorded.get("want"));
        ToolRunner.Outcome outcome = runner.runWords(forced(words));
        List<String> differences = new ArrayList<>();
        code(differences, value(recorded, want, "rc"), outcome, false);
        stderr(differences, want, outcome);
        Object expected = Objects.requireNonNullElse(value(recorded, want, "stdout"), "");
        if (!outcome.out().equals(expected)) {
            differences.add("printed <" + outcome.out() + "> instead of <" + expected + ">");
        }
        return differences;
    }

    /** Only what is ours is named there: whether there is a message at all. */
    private static void stderr(List<String> differences, Map<String, Object> want, ToolRunner.Outcome outcome) {
        if (want.containsKey("stderr")) {
            boolean message = want.get("stderr") != null && !Boolean.FALSE.equals(want.get("stderr"));
            if (message == outcome.err().isEmpty()) {
                differences.add("said <" + outcome.err().strip() + ">");
            }
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(".json", "");
    }

    /** Listings were recorded with --force-root where the tool has it. */
    private static List<String> forced(List<String> words) {
        boolean has =
                Tools.named(words.get(0)).orElseThrow().spec().commonOptions().contains(CommonOptions.FORCE_ROOT);
        List<String> forced = new ArrayList<>(words);
        if (has) {
            forced.add(1, "--force-root");
        }
        return forced;
    }

    /** A message goes with every code but 0, unless the tool was asked to be quiet. */
    private static void code(List<String> differences, Object expected, ToolRunner.Outcome outcome, boolean quiet) {
        if (!Objects.equals(expected, (long) outcome.code())) {
            differences.add("left with " + outcome.code() + ", not " + expected + " ("
                    + outcome.err().strip() + ")");
        }
        if (outcome.code() != 0 && !quiet && outcome.err().isEmpty()) {
            differences.add("left with " + outcome.code() + " without a message");
        }
    }

    private void transactions(Path file) throws IOException {
        Map<String, Object> recording = JsonTree.read(file);
        for (Map<String, Object> recorded : cases(recording)) {
            List<String> words = JsonTree.texts(recorded.get("cmd"));
            if (exists(words.get(0))) {
                String name = name(file) + " " + recorded.get("id") + ": " + String.join(" ", words);
                report.check(name, () -> transaction(recording, recorded, words));
            } else {
                report.skip(words.get(0));
            }
        }
    }

    private List<String> transaction(Map<String, Object> recording, Map<String, Object> recorded, List<String> words)
            throws IOException {
        Object storeName = value(recording, recorded, "store");
        byte[] before = store(storeName == null ? recording.get("store") : storeName);
        Path root = trees.full(before, JsonTree.texts(recording.get("pci_devices_present")));
        Path store = root.resolve("var/lib/qubes/qubes.xml");
        if (storeName == null) {
            Files.delete(store);
        }
        for (String command : JsonTree.texts(recorded.get("prepare"))) {
            shell(FIXED_PATH.matcher(command).replaceAll(Matcher.quoteReplacement(root.toString()) + "$0"));
        }
        Object running = value(recording, recorded, "running_state");
        FakeVmm vmm = trees.vmm(root, JsonTree.map(recording.get("host")), state(running));
        Map<String, String> filesBefore = Trees.files(root);

        ToolRunner.Outcome outcome = trees.online(root, vmm).runWords(words);

        List<String> differences = new ArrayList<>();
        Map<String, Object> want = JsonTree.map(recorded.get("want"));
        code(differences, value(recorded, want, "rc"), outcome, words.contains("-q"));
        stderr(differences, want, outcome);
        if (value(recorded, want, "libvirt_calls") != null) {
            List<String> calls = JsonTree.texts(value(recorded, want, "libvirt_calls"));
            if (!vmm.calls().equals(calls)) {
                differences.add("asked the VMM for " + vmm.calls() + ", not for " + calls);
            }
        }
        boolean help = words.contains("-h") || words.contains("--help");
        Object stdout = value(recorded, want, "stdout");
        if (!help && !outcome.out().equals(stdout == null ? "" : stdout)) {
            differences.add("printed <" + outcome.out() + ">");
        }
        if (storeName != null) {
            byte[] after = Files.readAllBytes(store);
            differences.addAll(Meaning.differences(
                    changed(StoreXml.elements(before), JsonTree.map(value(recorded, want, "store_changes"))),
                    StoreXml.elements(after)));
        } else if (!Files.exists(store)) {
            differences.add("there is no store");
        }
        differences.addAll(files(filesBefore, Trees.files(root), JsonTree.map(value(recorded, want, "file_changes"))));
        return differences;
    }

    /** What {@code want} says, else what was recorded. */
    private static Object value(Map<String, Object> recorded, Map<String, Object> want, String key) {
        return want.containsKey(key) ? want.get(key) : recorded.get(key);
    }

    private static Map<String, Map<String, String>> changed(
            Map<String, Map<String, String>> before, Map<String, Object> changes) {
        Map<String, Map<String, String>> after = new LinkedHashMap<>(before);
        for (Map.Entry<String, Object> change : changes.entrySet()) {
            Map<String, Object> attributes = JsonTree.map(change.getValue());
            if (attributes.containsKey("removed")) {
                after.remove(change.getKey());
            } else if (attributes.containsKey("added")) {
                Map<String, String> added = new TreeMap<>();
                JsonTree.map(attributes.get("added")).forEach((name, text) -> added.put(name, String.valueOf(text)));
                after.put(change.getKey(), added);
            } else {
                Map<String, String> element = new TreeMap<>(before.getOrDefault(change.getKey(), Map.of()));
                attributes.forEach((name, pair) -> {
                    Object now = JsonTree.list(pair).get(1);
                    if (now == null) {
                        element.remove(name);
                    } else {
                        element.put(name, now.toString());
                    }
                });
                after.put(change.getKey(), element);
            }
        }
        return after;
    }

    private static List<String> files(
            Map<String, String> before, Map<String, String> after, Map<String, Object> changes) throws IOException {
        List<String> differences = new ArrayList<>();
        TreeSet<String> paths = new TreeSet<>(before.keySet());
        paths.addAll(after.keySet());
        paths.addAll(changes.keySet());
        for (String path : paths) {
            String expected = before.get(path);
            if (changes.containsKey(path)) {
                Object now = JsonTree.list(changes.get(path)).get(1);
                expected = now == null ? null : now.toString();
            }
            boolean newVolatile = path.endsWith("volatile.img") && before.get(path) == null;
            String actual = after.get(path);
            boolean same = newVolatile ? (expected == null) == (actual == null) : sameFile(expected, actual);
            if (!same) {
                differences.add(path + " is " + actual + ", not " + expected);
            }
        }
        return differences;
    }

    private static boolean sameFile(String expected, String actual) throws IOException {
        if (expected != null && actual != null && expected.startsWith("text <") && actual.startsWith("text <")) {
            return expected.equals(actual)
                    || StoreXml.canonical(expected.substring(5)).equals(StoreXml.canonical(actual.substring(5)));
        }
        return Objects.equals(expected, actual);
    }

    private static void shell(String command) throws IOException {
        try {
            Process process =
                    new ProcessBuilder("sh", "-c", command).inheritIO().start();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("preparation failed: " + command);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
