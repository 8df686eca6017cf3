package org.qubestools.cli.graph;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.QubesConfig;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.store.StoreSnapshot;

/** Graphs of stores that are written in a line or two. */
final class GraphFixture {
    /** VMs of every kind; the netvms of two ProxyVMs are a loop, one VM's netvm is missing. */
    static final String SMALL = """
            <QubesVmCollection default_netvm="3" default_template="1">
            <QubesTemplateVm qid="1" name="fedora-23" label="black" template_qid="none" netvm_qid="none"
             uses_default_netvm="False" dir_path="/var/lib/qubes/vm-templates/fedora-23" conf_file="fedora-23.conf"/>
            <QubesNetVm qid="2" name="sys-net" label="red" netid="1" template_qid="1" pcidevs="['00:19.0', '03:00.0']"/>
            <QubesProxyVm qid="3" name="sys-firewall" label="green" netid="2" netvm_qid="2" template_qid="1"/>
            <QubesAppVm qid="4" name="work" label="blue" uses_default_netvm="True" template_qid="1"
             pcidevs="['03:00.0']"/>
            <QubesAppVm qid="5" name="vault" label="black" netvm_qid="none" uses_default_netvm="False"
             template_qid="1"/>
            <QubesProxyVm qid="6" name="one" label="red" netid="3" netvm_qid="7" template_qid="1"/>
            <QubesProxyVm qid="7" name="two" label="red" netid="4" netvm_qid="6" template_qid="1"/>
            <QubesAppVm qid="8" name="lost" label="gray" netvm_qid="77" uses_default_netvm="False" template_qid="1"/>
            </QubesVmCollection>
            """;

    private GraphFixture() {}

    /** The one pool that every store has. */
    private static final class DefaultPool implements Pools {
        @Override
        public @Nullable String directory(String pool) {
            return pool.equals(DEFAULT) ? DEFAULT_DIRECTORY : null;
        }

        @Override
        public Set<String> names() {
            return Set.of(DEFAULT);
        }
    }

    static VmGraph graph(String store, Grouping grouping) {
        return grouping == Grouping.DEVICE
                ? builder(store).devices(List.of())
                : builder(store).vms(grouping);
    }

    static GraphBuilder builder(String store) {
        StoreSnapshot snapshot =
                StoreSnapshot.parse("qubes.xml", store.getBytes(StandardCharsets.UTF_8), new DefaultPool());
        QubesConfig config =
                QubesConfig.of(Map.of("QUBES_ROOT", Path.of("/nowhere").toString()), Map.of());
        return new GraphBuilder(
                snapshot.vms(),
                vm -> new VmView(snapshot.vms(), vm, snapshot.pools(), Optional::empty),
                VmStatuses.unknown(config),
                () -> ZoneOffset.UTC);
    }

    /** As many VMs as a store can hold, with names of all lengths: templates, a chain of ProxyVMs, AppVMs below them. */
    static String full() {
        List<String> vms = new ArrayList<>();
        for (int qid = 1; qid <= 253; qid++) {
            String colour = List.of("red", "orange", "yellow", "green", "gray", "blue", "purple", "black")
                    .get(qid % 8);
            String name = "vm-" + qid + "-" + "x".repeat(qid * 7 % 23);
            String common = " qid=\"" + qid + "\" name=\"" + name + "\" label=\"" + colour + "\"";
            if (qid <= 5) {
                vms.add("<QubesTemplateVm" + common + " netvm_qid=\"none\" uses_default_netvm=\"False\"/>");
            } else if (qid <= 8) {
                vms.add("<QubesNetVm" + common + " netid=\"" + qid + "\" template_qid=\"1\" pcidevs=\"['0" + qid
                        + ":00.0']\"/>");
            } else if (qid <= 20) {
                int netvm = qid < 15 ? 6 + qid % 3 : qid - 3;
                vms.add("<QubesProxyVm" + common + " netid=\"" + qid + "\" template_qid=\"2\" netvm_qid=\"" + netvm
                        + "\"/>");
            } else {
                String netvm = qid % 11 == 0 ? "none" : qid % 3 == 0 ? String.valueOf(9 + qid % 12) : "9";
                vms.add("<QubesAppVm" + common + " template_qid=\"" + (1 + qid % 5) + "\" netvm_qid=\"" + netvm
                        + "\" uses_default_netvm=\"False\"/>");
            }
        }
        return "<QubesVmCollection>\n" + String.join("\n", vms) + "\n</QubesVmCollection>\n";
    }
}
