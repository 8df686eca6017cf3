package org.qubestools.cli.graph;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Label;
import org.qubestools.core.runtime.PowerState;

/**
 * VMs, devices and what ties them together, as plain values for the writers. All texts are printable: what could harm a
 * terminal is an escape already, but they may hold what means something in XML, HTML, DOT or Mermaid.
 *
 * @param statesKnown whether run states were asked for and told
 * @param nodes in the order of their qids; a node's number is its place here
 * @param edges in the order in which they shall be drawn
 */
public record VmGraph(Grouping grouping, boolean statesKnown, List<Node> nodes, List<Edge> edges) {
    public VmGraph {
        Objects.requireNonNull(grouping);
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
        for (Edge edge : edges) {
            Objects.checkIndex(edge.from(), nodes.size());
            Objects.checkIndex(edge.to(), nodes.size());
        }
    }

    /** What a node stands for. */
    public enum Kind {
        VM,
        DEVICE,
        /** What a VM refers to and is not there, or is of the wrong kind. */
        MISSING
    }

    /**
     * A VM or a device.
     *
     * @param name as shown, printable ASCII
     * @param type of a VM its class, of a device its kind
     * @param label colour of a VM; null for all else
     * @param state of a VM; null for all else
     * @param details name and text, in order: what is known of it
     */
    public record Node(
            Kind kind,
            String name,
            String type,
            @Nullable Label label,
            @Nullable PowerState state,
            Map<String, String> details) {
        public Node {
            Objects.requireNonNull(kind);
            Objects.requireNonNull(name);
            Objects.requireNonNull(type);
        }

        /** Its state if that is known and worth a word; else empty. */
        String stateWord() {
            return state == null || state == PowerState.UNKNOWN ? "" : state.word();
        }
    }

    /**
     * That one gives the other something: network, its template, itself.
     *
     * @param from number of the node that gives
     * @param to number of the node that has it
     */
    public record Edge(int from, int to) {}
}
