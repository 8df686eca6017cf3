package org.qubestools.cli.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A graph as trees: each node hangs on the first that gives it something, unless that closes a loop. What is left of the
 * edges is beside the trees.
 */
final class GraphForest {
    private static final int NONE = -1;

    private final VmGraph graph;
    private final int[] parents;
    private final List<List<Integer>> children = new ArrayList<>();
    private final List<VmGraph.Edge> others = new ArrayList<>();

    GraphForest(VmGraph graph) {
        this.graph = graph;
        this.parents = new int[graph.nodes().size()];
        Arrays.fill(parents, NONE);
        for (int node = 0; node < parents.length; node++) {
            children.add(new ArrayList<>());
        }
        for (VmGraph.Edge edge : graph.edges()) {
            if (parents[edge.to()] == NONE && !isBelow(edge.from(), edge.to())) {
                parents[edge.to()] = edge.from();
                children.get(edge.from()).add(edge.to());
            } else {
                others.add(edge);
            }
        }
    }

    private boolean isBelow(int node, int ancestor) {
        for (int at = node; at != NONE; at = parents[at]) {
            if (at == ancestor) {
                return true;
            }
        }
        return false;
    }

    List<Integer> children(int node) {
        return children.get(node);
    }

    boolean isLeaf(int node) {
        return children.get(node).isEmpty();
    }

    /** Edges that are not in the trees: second ones to a node, and those that close a loop. */
    List<VmGraph.Edge> others() {
        return others;
    }

    /** Where the trees begin, those of one node only left out. */
    List<Integer> trees() {
        return roots(false);
    }

    /** Nodes that hang on nothing and have nothing hanging on them. */
    List<Integer> singles() {
        return roots(true);
    }

    private List<Integer> roots(boolean single) {
        List<Integer> roots = new ArrayList<>();
        for (int node = 0; node < parents.length; node++) {
            if (parents[node] == NONE && isLeaf(node) == single) {
                roots.add(node);
            }
        }
        return roots;
    }

    VmGraph graph() {
        return graph;
    }
}
