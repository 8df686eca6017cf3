package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.HostSource;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.GlobalProperties;
import org.qubestools.core.storage.StorageConf;
import org.qubestools.core.store.StoreSnapshot;

/** {@code stores/NAME.xml} against {@code expected/NAME.json}: one case a VM, one for the rest. */
final class StoreCases {
    static final HostSource HOST = () -> Optional.of(new HostInfo(16000, 4));

    private final Path directory;
    private final Report report;

    StoreCases(Path directory, Report report) {
        this.directory = directory;
        this.report = report;
    }

    void run() throws IOException {
        for (Path expected : sorted(directory.resolve("expected"), "*.json")) {
            String name = expected.getFileName().toString().replace(".json", "");
            report.border("expected/" + name, () -> store(name, load(name), JsonTree.read(expected)));
        }
    }

    private StoreSnapshot load(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve("stores").resolve(name + ".xml"));
        return StoreSnapshot.parse(name + ".xml", bytes, new StorageConf(directory.resolve("stores/storage.conf")));
    }

    static List<Path> sorted(Path directory, String glob) throws IOException {
        List<Path> files = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return files;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
            entries.forEach(files::add);
        }
        Collections.sort(files);
        return files;
    }

    private void store(String name, StoreSnapshot store, Map<String, Object> expected) {
        Map<String, Map<String, Object>> vms = new LinkedHashMap<>();
        for (Object vm : JsonTree.list(expected.get("vms"))) {
            Map<String, Object> properties = sortedMaps(JsonTree.map(vm));
            vms.put(String.valueOf(properties.get("name")), properties);
        }
        Map<String, Object> offline = JsonTree.map(expected.get("when_offline"));
        for (Map.Entry<String, Map<String, Object>> vm : vms.entrySet()) {
            report.check("expected/" + name + " VM " + vm.getKey(), () -> vm(store, vm.getValue(), offline));
        }
        report.check("expected/" + name + " as a whole", () -> whole(store, vms.keySet(), expected));
    }

    /** Order inside a map has no meaning. */
    private static Map<String, Object> sortedMaps(Map<String, Object> properties) {
        Map<String, Object> sorted = new LinkedHashMap<>(properties);
        if (sorted.get("services") != null) {
            sorted.put("services", new TreeMap<>(JsonTree.map(sorted.get("services"))));
        }
        return sorted;
    }

    private static List<String> vm(StoreSnapshot store, Map<String, Object> expected, Map<String, Object> offline) {
        String name = String.valueOf(expected.get("name"));
        QubesVm vm = store.vms().byName(name);
        if (vm == null) {
            return List.of("not in the store");
        }
        List<String> differences =
                new ArrayList<>(new VmProbe(new VmView(store.vms(), vm, store.pools(), HOST)).compare(expected));
        Map<String, Object> whenOffline = JsonTree.map(offline.get(name));
        VmView offlineView = new VmView(store.vms(), vm, store.pools(), Optional::empty);
        for (String difference : new VmProbe(offlineView).compare(whenOffline)) {
            differences.add("offline " + difference);
        }
        return differences;
    }

    private static List<String> whole(StoreSnapshot store, Set<String> names, Map<String, Object> expected) {
        List<String> differences = new ArrayList<>();
        VmCollection vms = store.vms();
        Set<String> found = new TreeSet<>();
        vms.inDocumentOrder().forEach(vm -> found.add(vm.name()));
        differ(differences, "VMs", new TreeSet<>(names), found);
        differences.addAll(globals(vms, JsonTree.map(expected.get("globals"))));
        if (expected.containsKey("next_free_qid")) {
            differ(differences, "next_free_qid", expected.get("next_free_qid"), (long) vms.nextQid());
        }
        if (expected.containsKey("next_free_netid")) {
            differ(differences, "next_free_netid", expected.get("next_free_netid"), (long) vms.nextNetid());
        }
        for (Map.Entry<String, Object> entry :
                JsonTree.map(expected.get("dependents")).entrySet()) {
            Map<String, Object> dependents = JsonTree.map(entry.getValue());
            QubesVm vm = vms.require(entry.getKey());
            if (dependents.containsKey("template_of")) {
                differ(differences, "template_of " + vm.name(), dependents.get("template_of"), names(vms.basedOn(vm)));
            }
            if (dependents.containsKey("provides_net_to_transitively")) {
                List<QubesVm> behind = vms.inDocumentOrder().stream()
                        .filter(other -> other.key() != vm.key() && vms.chainMeets(other, vm))
                        .toList();
                differ(
                        differences,
                        "network of " + vm.name(),
                        dependents.get("provides_net_to_transitively"),
                        names(behind));
            }
        }
        return differences;
    }

    static List<String> globals(VmCollection vms, Map<String, Object> expected) {
        List<String> differences = new ArrayList<>();
        for (Map.Entry<String, Object> global : expected.entrySet()) {
            Globals.Key key = Objects.requireNonNull(Globals.Key.of(global.getKey()));
            differ(differences, global.getKey(), global.getValue(), GlobalProperties.value(vms, key));
        }
        return differences;
    }

    private static List<String> names(List<QubesVm> vms) {
        return vms.stream().map(QubesVm::name).sorted().toList();
    }

    private static void differ(List<String> differences, String what, Object expected, Object actual) {
        if (expected != null || actual != null) {
            if (expected == null || actual == null || !expected.toString().equals(actual.toString())) {
                differences.add(what + " is " + actual + ", not " + expected);
            }
        }
    }
}
