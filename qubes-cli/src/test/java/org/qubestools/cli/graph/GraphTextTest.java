package org.qubestools.cli.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.graph.VmGraph.Edge;
import org.qubestools.cli.graph.VmGraph.Kind;
import org.qubestools.cli.graph.VmGraph.Node;
import org.qubestools.core.model.Label;
import org.qubestools.core.runtime.PowerState;

final class GraphTextTest {
    private static final String HOSTILE = "a\"]<b>&#x;\\N`${x}-->";

    private static VmGraph oneNode(String name, PowerState state) {
        Node node = new Node(Kind.VM, name, "AppVM", Label.RED, state, Map.of());
        return new VmGraph(Grouping.NETVM, true, List.of(node), List.of());
    }

    @Test
    void theTreeShowsEachVmOnceAndLoopsAndMissingOnes() {
        assertThat(GraphText.tree(GraphFixture.graph(GraphFixture.SMALL, Grouping.NETVM), true))
                .isEqualTo("""
                sys-net (NetVM, red)
                └─ sys-firewall (ProxyVM, green)
                   └─ work (AppVM, blue)
                two (ProxyVM, red)
                └─ one (ProxyVM, red)
                   └─ two (see there)
                ?77 (no netvm)
                └─ lost (AppVM, gray)
                dom0 (AdminVM, black, Running)
                fedora-23 (TemplateVM, black)
                vault (AppVM, black)
                """);
    }

    @Test
    void theTreeNeedsNoCharactersBeyondAscii() {
        assertThat(GraphText.tree(GraphFixture.graph(GraphFixture.SMALL, Grouping.TEMPLATE), false))
                .isEqualTo("""
                fedora-23 (TemplateVM, black)
                |- sys-net (NetVM, red)
                |- sys-firewall (ProxyVM, green)
                |- work (AppVM, blue)
                |- vault (AppVM, black)
                |- one (ProxyVM, red)
                |- two (ProxyVM, red)
                `- lost (AppVM, gray)
                dom0 (AdminVM, black, Running)
                """);
    }

    @Test
    void devicesStandBetweenWhoOffersThemAndWhoHasThem() {
        List<GraphBuilder.Device> attached = List.of(
                new GraphBuilder.Device("sys-net", "disk", "sda", "Stick", "vault"),
                new GraphBuilder.Device("sys-net", "disk", "sdb", "", ""),
                new GraphBuilder.Device("nobody", "disk", "sdc", "", "work"));

        assertThat(GraphText.tree(GraphFixture.builder(GraphFixture.SMALL).devices(attached), false))
                .isEqualTo("""
                dom0 (AdminVM, black, Running)
                |- 00:19.0 (PCI)
                |  `- sys-net (NetVM, red)
                |     |- sda (disk)
                |     |  `- vault (AppVM, black)
                |     `- sdb (disk)
                `- 03:00.0 (PCI)
                   |- work (AppVM, blue)
                   `- sys-net (see there)
                """);
    }

    @Test
    void dotIsExact() {
        Node net = new Node(Kind.VM, "sys-net", "NetVM", Label.RED, PowerState.RUNNING, Map.of());
        Node app = new Node(Kind.VM, "work", "AppVM", Label.BLUE, PowerState.HALTED, Map.of());
        Node lost = new Node(Kind.MISSING, "?77", "no netvm", null, null, Map.of());
        VmGraph graph = new VmGraph(Grouping.NETVM, true, List.of(net, app, lost), List.of(new Edge(0, 1)));

        assertThat(GraphText.dot(graph)).isEqualTo("""
                digraph qubes {
                  rankdir=LR;
                  label="VMs by the VM that gives them network";
                  node [shape=box, style=rounded, fontname="monospace", penwidth=2];
                  n0 [label="sys-net\\nNetVM, Running", color="#cc0000", style="rounded,bold"];
                  n1 [label="work\\nAppVM, Halted", color="#3465a4"];
                  n2 [label="?77\\nno netvm", style="rounded,dashed"];
                  n0 -> n1;
                }
                """);
    }

    @Test
    void mermaidIsExact() {
        Node net = new Node(Kind.VM, "sys-net", "NetVM", Label.RED, PowerState.RUNNING, Map.of());
        Node device = new Node(Kind.DEVICE, "00:19.0", "PCI", null, null, Map.of());
        VmGraph graph = new VmGraph(Grouping.DEVICE, true, List.of(device, net), List.of(new Edge(0, 1)));

        assertThat(GraphText.mermaid(graph)).startsWith("""
                flowchart LR
                  n0["00:19.0<br/>PCI"]:::device
                  n1["sys-net<br/>NetVM, Running"]:::red
                  n0 --> n1
                  classDef red fill:#fff,color:#000,stroke-width:3px,stroke:#cc0000
                """);
    }

    @Test
    void namesMeanNothingInDotAndMermaid() {
        VmGraph graph = oneNode(HOSTILE, PowerState.UNKNOWN);

        assertThat(GraphText.dot(graph)).contains("n0 [label=\"a\\\"]<b>&#x;\\\\N`${x}-->\\nAppVM\", color");
        assertThat(GraphText.mermaid(graph))
                .contains("  n0[\"a#34;#93;#60;b#62;#38;#35;x#59;#92;N#96;#36;#123;x#125;--#62;<br/>AppVM\"]:::red\n");
    }

    @Test
    void namesAreCutAndFitForATerminal() {
        String store = "<QubesVmCollection><QubesAppVm qid=\"1\" name=\"&#x9b;31m&#x202e;" + "x".repeat(300)
                + "\"/></QubesVmCollection>";

        String tree = GraphText.tree(GraphFixture.graph(store, Grouping.NETVM), false);

        assertThat(tree)
                .startsWith("dom0 (AdminVM, black, Running)\n\\x9b31m\\u202exxx")
                .endsWith("... (AppVM, red)\n");
        assertThat(tree).hasSizeLessThan(100);
    }

    @Test
    void theValuesForJsonNameNodesByTheirPlace() {
        VmGraph graph = GraphFixture.graph(GraphFixture.SMALL, Grouping.NETVM);

        Map<String, Object> values = GraphText.values(graph);

        assertThat(values)
                .containsEntry("type", "graph")
                .containsEntry("by", "netvm")
                .containsKey("nodes");
        assertThat((List<?>) values.get("edges")).first().isEqualTo(List.of(2L, 3L));
    }
}
