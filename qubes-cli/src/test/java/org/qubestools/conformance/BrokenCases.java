package org.qubestools.conformance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.qubestools.cli.ToolRunner;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;
import org.qubestools.core.storage.StorageConf;
import org.qubestools.core.store.StoreSnapshot;

/** {@code broken/*} against {@code broken/expected.json}. */
final class BrokenCases {
    private static final String STORE = "var/lib/qubes/qubes.xml";

    private final Path directory;
    private final Path storageConf;
    private final Report report;
    private final Trees trees;

    BrokenCases(Path directory, Report report, Trees trees) {
        this.directory = directory.resolve("broken");
        this.storageConf = directory.resolve("stores/storage.conf");
        this.report = report;
        this.trees = trees;
    }

    void run() throws IOException {
        if (!Files.isRegularFile(directory.resolve("expected.json"))) {
            return;
        }
        for (Map.Entry<String, Object> entry :
                JsonTree.read(directory.resolve("expected.json")).entrySet()) {
            report.check("broken/" + entry.getKey(), () -> {
                byte[] bytes = content(directory.resolve(entry.getKey()));
                Map<String, Object> expected = JsonTree.map(entry.getValue());
                return Border.frugal(() -> check(bytes, expected));
            });
        }
    }

    private static byte[] content(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (!file.toString().endsWith(".gz")) {
            return bytes;
        }
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        }
    }

    private List<String> check(byte[] bytes, Map<String, Object> expected) throws IOException {
        String want = String.valueOf(expected.get("want"));
        StoreSnapshot store;
        try {
            store = StoreSnapshot.parse("qubes.xml", bytes, new StorageConf(storageConf));
            store.problems();
        } catch (QubesException e) {
            return switch (want) {
                case "refuse the file" -> refused(bytes, e, String.valueOf(expected.get("code")));
                case "either" -> either(bytes);
                default -> List.of("refused: " + e.getMessage());
            };
        }
        return switch (want) {
            case "refuse the file" -> List.of("not refused");
            case "ok" -> loaded(bytes, store, expected, true);
            case "ok with problems" -> loaded(bytes, store, expected, false);
            case "either" -> either(bytes);
            default -> List.of("nothing is known of '" + want + "'");
        };
    }

    /** Loading and refusing are both fine, but a tool says so and ends as documented. */
    private List<String> either(byte[] bytes) throws IOException {
        List<String> differences = new ArrayList<>();
        Path root = trees.empty(bytes);
        ToolRunner.Outcome outcome = trees.offline(root).run("qvm-ls");
        if (outcome.code() != 0 && (outcome.code() != 1 || outcome.err().isEmpty())) {
            differences.add("qvm-ls left with " + outcome.code() + " and said "
                    + outcome.err().strip());
        }
        unchanged(differences, root, bytes);
        return differences;
    }

    private List<String> refused(byte[] bytes, QubesException e, String code) throws IOException {
        List<String> differences = new ArrayList<>();
        if (e.kind() != ErrorKind.STORE_CORRUPT || !e.getMessage().endsWith("[" + code + "]")) {
            differences.add("refused as " + e.kind() + " " + e.getMessage() + ", not as " + code);
        }
        Path root = trees.empty(bytes);
        ToolRunner runner = trees.offline(root);
        for (List<String> words :
                List.of(List.of("qvm-ls"), List.of("qvm-prefs", "--force-root", "-s", "work", "memory", "500"))) {
            ToolRunner.Outcome outcome = runner.runWords(words);
            long lines = outcome.err().lines().count();
            if (outcome.code() != 1
                    || lines != 1
                    || !outcome.err().contains("qubes.xml")
                    || !outcome.out().isEmpty()) {
                differences.add(words + " left with " + outcome.code() + " and said "
                        + outcome.err().strip());
            }
        }
        unchanged(differences, root, bytes);
        return differences;
    }

    private static void unchanged(List<String> differences, Path root, byte[] bytes) throws IOException {
        if (!Arrays.equals(Files.readAllBytes(root.resolve(STORE)), bytes)) {
            differences.add("the bytes have changed");
        }
    }

    private List<String> loaded(byte[] bytes, StoreSnapshot store, Map<String, Object> expected, boolean clean)
            throws IOException {
        List<String> differences = new ArrayList<>();
        if (clean && !store.problems().isEmpty()) {
            differences.add("complaints: " + store.problems());
        }
        if (!clean) {
            problems(differences, store.problems(), expected);
        }
        values(differences, store, JsonTree.map(expected.get("values")));
        reading(differences, bytes, store);
        saving(differences, bytes, store);
        return differences;
    }

    private static void problems(List<String> differences, List<Problem> problems, Map<String, Object> expected) {
        String code = String.valueOf(expected.get("code"));
        Set<String> about = new TreeSet<>();
        for (Problem problem : problems) {
            if (problem.code().text().equals(code)) {
                about.add(problem.about());
            }
        }
        if (about.isEmpty()) {
            differences.add("no problem " + code + " among " + problems);
        }
        for (String name : JsonTree.texts(expected.get("about"))) {
            if (!about.contains(name)) {
                differences.add(code + " is not reported about " + name + " but about " + about);
            }
        }
    }

    private static void values(List<String> differences, StoreSnapshot store, Map<String, Object> values) {
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            Map<String, Object> expected = new LinkedHashMap<>(JsonTree.map(entry.getValue()));
            if (expected.get("services") != null) {
                expected.put("services", new TreeMap<>(JsonTree.map(expected.get("services"))));
            }
            if (entry.getKey().equals("globals")) {
                differences.addAll(StoreCases.globals(store.vms(), expected));
            } else {
                QubesVm vm = store.vms().require(entry.getKey());
                VmView view = new VmView(store.vms(), vm, store.pools(), StoreCases.HOST);
                differences.addAll(new VmProbe(view).compare(expected));
            }
        }
    }

    /** A reading tool works, with a warning for each problem, and changes nothing. */
    private void reading(List<String> differences, byte[] bytes, StoreSnapshot store) throws IOException {
        Path root = trees.empty(bytes);
        ToolRunner.Outcome outcome = trees.offline(root).run("qvm-ls");
        long warnings = outcome.err().lines().count();
        if (outcome.code() != 0 || warnings != store.problems().size()) {
            differences.add("qvm-ls left with " + outcome.code() + " and " + warnings + " warnings for "
                    + store.problems().size() + " problems");
        }
        unchanged(differences, root, bytes);
    }

    /** A change of an unharmed VM changes this one attribute; a store with unusable qids refuses every change. */
    private void saving(List<String> differences, byte[] bytes, StoreSnapshot store) throws IOException {
        Set<String> harmed = new TreeSet<>();
        boolean blocked = false;
        for (Problem problem : store.problems()) {
            harmed.add(problem.about());
            blocked |= problem.code().blocksEveryChange();
        }
        for (QubesVm vm : store.vms().inDocumentOrder()) {
            if (vm.vmClass() != VmClass.ADMIN && vm.hasGoodName() && !harmed.contains(vm.name())) {
                save(differences, bytes, store, vm, blocked);
                return;
            }
        }
    }

    private void save(List<String> differences, byte[] bytes, StoreSnapshot store, QubesVm vm, boolean blocked)
            throws IOException {
        Path root = trees.empty(bytes);
        ToolRunner.Outcome outcome =
                trees.offline(root).runWords(List.of("qvm-prefs", "--force-root", "-s", vm.name(), "memory", "777"));
        if (blocked) {
            if (outcome.code() != 1) {
                differences.add("a change was not refused");
            }
            unchanged(differences, root, bytes);
            return;
        }
        byte[] after = Files.readAllBytes(root.resolve(STORE));
        StoreSnapshot changed = StoreSnapshot.parse("qubes.xml", after, store.pools());
        StoreDifference difference = StoreDifference.between(store.vms(), changed.vms());
        boolean one = difference.globals().isEmpty()
                && difference.vms().size() == 1
                && difference.vms().get(0).attributes().size() == 1;
        if (outcome.code() != 0
                || !one
                || !changed.vms().require(vm.name()).get(Attributes.MEMORY).equals(777L)) {
            differences.add("setting memory of " + vm.name() + " left with " + outcome.code() + " and changed "
                    + difference + " " + outcome.err());
        }
        int common = 0;
        while (common < after.length && common < bytes.length && after[common] == bytes[common]) {
            common++;
        }
        int tail = 0;
        while (tail < after.length - common
                && tail < bytes.length - common
                && after[after.length - 1 - tail] == bytes[bytes.length - 1 - tail]) {
            tail++;
        }
        if (after.length - common - tail > 40 || bytes.length - common - tail > 40) {
            differences.add("more bytes than the attribute's have changed");
        }
    }
}
