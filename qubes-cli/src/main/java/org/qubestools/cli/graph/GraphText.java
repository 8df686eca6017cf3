package org.qubestools.cli.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.graph.VmGraph.Edge;
import org.qubestools.cli.graph.VmGraph.Node;
import org.qubestools.core.model.Label;

/** A graph as text: for a terminal, for Graphviz, for Mermaid, as values for JSON. */
public final class GraphText {
    private GraphText() {}

    /**
     * Trees of lines. A node that is tied to several others is written out below the first and named below the others.
     *
     * @param boxes with characters that draw boxes; else with ASCII
     */
    public static String tree(VmGraph graph, boolean boxes) {
        GraphForest forest = new GraphForest(graph);
        StringBuilder text = new StringBuilder();
        List<Integer> roots = new ArrayList<>(forest.trees());
        roots.addAll(forest.singles());
        for (int root : roots) {
            text.append(line(graph.nodes().get(root))).append('\n');
            below(forest, root, "", boxes, text);
        }
        return text.toString();
    }

    private static void below(GraphForest forest, int node, String indent, boolean boxes, StringBuilder text) {
        List<Integer> children = forest.children(node);
        List<Integer> again = new ArrayList<>();
        for (Edge edge : forest.others()) {
            if (edge.from() == node) {
                again.add(edge.to());
            }
        }
        int count = children.size() + again.size();
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            boolean repeated = i >= children.size();
            int child = repeated ? again.get(i - children.size()) : children.get(i);
            text.append(indent).append(branch(last, boxes));
            Node shown = forest.graph().nodes().get(child);
            if (repeated) {
                text.append(shown.name()).append(" (see there)\n");
            } else {
                text.append(line(shown)).append('\n');
                below(forest, child, indent + (last ? "   " : boxes ? "\u2502  " : "|  "), boxes, text);
            }
        }
    }

    private static String branch(boolean last, boolean boxes) {
        if (boxes) {
            return last ? "\u2514\u2500 " : "\u251c\u2500 ";
        }
        return last ? "`- " : "|- ";
    }

    private static String line(Node node) {
        String label = node.label() == null ? "" : ", " + node.label().text();
        String state = node.stateWord().isEmpty() ? "" : ", " + node.stateWord();
        return node.name() + " (" + node.type() + label + state + ")";
    }

    /** For Graphviz. */
    public static String dot(VmGraph graph) {
        StringBuilder text = new StringBuilder("digraph qubes {\n  rankdir=LR;\n  label=")
                .append(dotQuoted(graph.grouping().title()))
                .append(";\n  node [shape=box, style=rounded, fontname=\"monospace\", penwidth=2];\n");
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = graph.nodes().get(i);
            text.append("  n").append(i).append(" [label=").append(dotQuoted(node.name()));
            text.setLength(text.length() - 1);
            text.append("\\n").append(dotQuoted(inBrief(node)).substring(1));
            if (node.label() != null) {
                text.append(", color=\"").append(colour(node.label())).append('"');
            }
            if (!style(node).isEmpty()) {
                text.append(", style=\"rounded,").append(style(node)).append('"');
            }
            text.append("];\n");
        }
        for (Edge edge : graph.edges()) {
            text.append("  n")
                    .append(edge.from())
                    .append(" -> n")
                    .append(edge.to())
                    .append(";\n");
        }
        return text.append("}\n").toString();
    }

    private static String inBrief(Node node) {
        return node.stateWord().isEmpty() ? node.type() : node.type() + ", " + node.stateWord();
    }

    private static String style(Node node) {
        return switch (node.kind()) {
            case MISSING -> "dashed";
            case DEVICE -> "";
            case VM -> node.stateWord().equals("Running") ? "bold" : "";
        };
    }

    /** In a label a backslash begins an escape of Graphviz. */
    private static String dotQuoted(String printable) {
        return '"' + printable.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** For Mermaid. */
    public static String mermaid(VmGraph graph) {
        StringBuilder text = new StringBuilder("flowchart LR\n");
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = graph.nodes().get(i);
            text.append("  n").append(i).append("[\"").append(mermaidText(node.name()));
            text.append("<br/>").append(mermaidText(inBrief(node))).append("\"]");
            text.append(":::").append(mermaidClass(node)).append('\n');
        }
        for (Edge edge : graph.edges()) {
            text.append("  n")
                    .append(edge.from())
                    .append(" --> n")
                    .append(edge.to())
                    .append('\n');
        }
        for (Label label : Label.values()) {
            text.append("  classDef ").append(label.text()).append(" fill:#fff,color:#000,stroke-width:3px,stroke:");
            text.append(colour(label)).append('\n');
        }
        text.append("  classDef device fill:#eee,color:#000,stroke:#888\n");
        return text.append("  classDef missing fill:#fff,color:#000,stroke:#c00,stroke-dasharray:4\n")
                .toString();
    }

    private static String mermaidClass(Node node) {
        return switch (node.kind()) {
            case VM -> Objects.requireNonNull(node.label()).text();
            case DEVICE -> "device";
            case MISSING -> "missing";
        };
    }

    /** Everything that might mean something there as the number of its character. */
    private static String mermaidText(String printable) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < printable.length(); i++) {
            char c = printable.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || " -_.,:".indexOf(c) >= 0;
            if (plain) {
                text.append(c);
            } else {
                text.append('#').append((int) c).append(';');
            }
        }
        return text.toString();
    }

    /** {@code #rrggbb}. */
    static String colour(Label label) {
        String hex = Integer.toHexString(label.color());
        return "#" + "0".repeat(6 - hex.length()) + hex;
    }

    /** The values for JSON: {@code by}, {@code nodes}, {@code edges}. */
    public static Map<String, Object> values(VmGraph graph) {
        List<Object> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            values.put("kind", node.kind().name().toLowerCase(Locale.ROOT));
            values.put("name", node.name());
            values.put("class", node.type());
            values.put("label", node.label() == null ? null : node.label().text());
            values.put("state", node.state() == null ? null : node.state().word());
            nodes.add(values);
        }
        List<Object> edges = new ArrayList<>();
        for (Edge edge : graph.edges()) {
            edges.add(List.of((long) edge.from(), (long) edge.to()));
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("type", "graph");
        values.put("by", graph.grouping().word());
        values.put("nodes", nodes);
        values.put("edges", edges);
        return values;
    }
}
