package org.qubestools.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.HostSource;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.VmView;
import org.qubestools.core.store.StoreSnapshot;

/** Recordings of the running system, one file a group: {@code {group, description, cases}}. */
final class RuntimeCases {
    /** The host of all recordings. */
    static final HostSource HOST = () -> Optional.of(new HostInfo(8192, 4));

    /** A group that has no line here fails. */
    private static final Map<String, RuntimeGroup> GROUPS = Map.of(
            "domain-xml", new DomainXmlCases(),
            "addresses", new AddressCases(),
            "mac", new MacCases(),
            "power-state", new PowerStateCases(),
            "memory-requests", new MemoryRequestCases(),
            "qubesdb-entries", new QubesDbEntryCases(),
            "firewall-rules", new FirewallRuleCases(),
            "start-order", new StartOrderCases(),
            "libvirt-drivers", new LibvirtDriverCases());

    private final Path directory;
    private final Path temporary;
    private final Report report;

    RuntimeCases(Path directory, Path temporary, Report report) {
        this.directory = directory;
        this.temporary = temporary;
        this.report = report;
    }

    void run() throws IOException {
        for (Path file : StoreCases.sorted(directory, "*.json")) {
            String name = file.getFileName().toString().replace(".json", "");
            report.border(name, () -> group(name, JsonTree.read(file)));
        }
    }

    private void group(String name, Map<String, Object> recording) throws IOException {
        String group = String.valueOf(recording.get("group"));
        RuntimeGroup runner = GROUPS.get(group);
        if (runner != null) {
            runner.run(name, recording, Files.createDirectory(temporary.resolve(name)), report);
        } else {
            report.result(name, List.of("nobody runs the group '" + group + "'; known are " + known()));
        }
    }

    private static Set<String> known() {
        return new TreeSet<>(GROUPS.keySet());
    }

    static List<Object> cases(Map<String, Object> recording) {
        return JsonTree.list(recording.get("cases"));
    }

    /** The name of a case: its id, or its place. */
    static String name(String file, Map<String, Object> recorded, int index) {
        Object id = recorded.get("id");
        return id == null ? file + " case " + (index + 1) : id + titled(recorded);
    }

    private static String titled(Map<String, Object> recorded) {
        return recorded.get("title") == null ? "" : " (" + recorded.get("title") + ")";
    }

    /** The VM of a case, in the store that the case carries. */
    static VmView vm(Map<String, Object> recorded) {
        byte[] bytes = String.valueOf(recorded.get("store")).getBytes(StandardCharsets.UTF_8);
        StoreSnapshot store = StoreSnapshot.parse("store", bytes, DefaultPool.ALONE);
        return new VmView(store.vms(), store.vms().require(String.valueOf(recorded.get("vm"))), store.pools(), HOST);
    }

    /** The default pool, where it always is. */
    private enum DefaultPool implements Pools {
        ALONE;

        @Override
        public String directory(String pool) {
            return pool.equals(DEFAULT) ? DEFAULT_DIRECTORY : null;
        }

        @Override
        public Set<String> names() {
            return Set.of(DEFAULT);
        }
    }
}
