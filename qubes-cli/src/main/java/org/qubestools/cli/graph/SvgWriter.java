package org.qubestools.cli.graph;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.graph.VmGraph.Kind;
import org.qubestools.cli.graph.VmGraph.Node;
import org.qubestools.core.model.Label;
import org.qubestools.core.runtime.PowerState;

/**
 * A graph as SVG 1.1, in ASCII: no script, no reference to anything outside. A VM's label is the bar at the left of its box,
 * its state the sign beside that: a full circle for a running VM, two bars for a paused one, an empty circle for a halted
 * one, a triangle for all else; nothing where states are not known.
 */
public final class SvgWriter {
    private static final int LEGEND = 64;
    private static final int LEAST_WIDTH = 720;
    private static final int LEGEND_STEP = 84;
    private static final int LEGEND_ROW = 22;

    private final VmGraph graph;
    private final GraphLayout layout;
    private final StringBuilder out = new StringBuilder();

    private SvgWriter(VmGraph graph) {
        this.graph = graph;
        this.layout = new GraphLayout(graph);
    }

    /** A document of its own. */
    public static String document(VmGraph graph) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + new SvgWriter(graph).svg();
    }

    /** The element {@code svg} for a page, whose {@code scene} holds all that is drawn. */
    static String element(VmGraph graph) {
        return new SvgWriter(graph).svg();
    }

    private String svg() {
        int width = Math.max(layout.width(), LEAST_WIDTH);
        int height = layout.height() + LEGEND;
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"").append(width);
        out.append("\" height=\"").append(height).append("\" viewBox=\"0 0 ").append(width);
        out.append(' ').append(height).append("\" font-family=\"monospace\" font-size=\"13\">\n");
        out.append("<style>.box{fill:#fff;stroke:#999}.vm.running .box{stroke:#2e7d32;stroke-width:2}");
        out.append(".halted .box,.halted .name{opacity:.75}.device .box{fill:#eee}");
        out.append(".missing .box{stroke:#c00;stroke-dasharray:4}.line{fill:none;stroke:#888}");
        out.append(".other{stroke:#c60;stroke-dasharray:6 3}.type{fill:#666;font-size:10px}");
        out.append(".heading{font-size:15px;font-weight:bold}</style>\n");
        out.append("<rect class=\"paper\" width=\"")
                .append(width)
                .append("\" height=\"")
                .append(height);
        out.append("\" fill=\"#fafafa\"/>\n<g id=\"scene\">\n");
        text("heading", 20, 32, graph.grouping().title());
        if (layout.restY() >= 0) {
            text("heading", 20, layout.restY() + 10, graph.grouping().rest());
        }
        for (int i = 0; i < layout.lines().size(); i++) {
            line(layout.lines().get(i), i >= layout.others());
        }
        for (int i = 0; i < graph.nodes().size(); i++) {
            node(i, graph.nodes().get(i));
        }
        legend(layout.height());
        return out.append("</g>\n</svg>\n").toString();
    }

    private void line(GraphLayout.Line line, boolean other) {
        out.append("<path class=\"line")
                .append(other ? " other" : "")
                .append("\" data-from=\"")
                .append(line.from());
        out.append("\" data-to=\"")
                .append(line.to())
                .append("\" d=\"")
                .append(line.path())
                .append("\"/>\n");
    }

    private void node(int number, Node node) {
        GraphLayout.Box box = layout.box(number);
        String kind = node.kind().name().toLowerCase(Locale.ROOT);
        String state = node.stateWord().toLowerCase(Locale.ROOT);
        out.append("<g class=\"node ").append(kind);
        if (!state.isEmpty()) {
            out.append(' ').append(state);
        }
        out.append("\" data-node=\"").append(number).append("\"><title>").append(escape(title(node)));
        out.append("</title><rect class=\"box\" x=\"")
                .append(box.x())
                .append("\" y=\"")
                .append(box.y());
        out.append("\" width=\"").append(box.width()).append("\" height=\"").append(GraphLayout.HEIGHT);
        out.append("\" rx=\"4\"/>");
        Label label = node.label();
        if (label != null) {
            bar(box.x(), box.y(), label);
        }
        if (node.kind() == Kind.VM) {
            sign(box.x() + 20, box.middle(), node.state());
        }
        text("name", box.x() + 32, box.middle() + 4, node.name());
        int end = box.right() - 8;
        out.append("<text class=\"type\" text-anchor=\"end\" x=\"").append(end).append("\" y=\"");
        out.append(box.middle() + 4).append("\">").append(escape(node.type())).append("</text></g>\n");
    }

    private static String title(Node node) {
        String label = node.label() == null ? "" : ", " + node.label().text();
        return node.name() + ": " + node.type() + label + (node.stateWord().isEmpty() ? "" : ", " + node.stateWord());
    }

    private void bar(int x, int y, Label label) {
        out.append("<rect class=\"label\" x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y)
                .append("\" width=\"8\" height=\"");
        out.append(GraphLayout.HEIGHT)
                .append("\" rx=\"3\" fill=\"")
                .append(GraphText.colour(label))
                .append("\"/>");
    }

    private void sign(int x, int y, @Nullable PowerState state) {
        if (state == null || state == PowerState.UNKNOWN) {
            return;
        }
        switch (state) {
            case RUNNING ->
                out.append("<circle cx=\"")
                        .append(x)
                        .append("\" cy=\"")
                        .append(y)
                        .append("\" r=\"5\" fill=\"#2e7d32\"/>");
            case HALTED ->
                out.append("<circle cx=\"")
                        .append(x)
                        .append("\" cy=\"")
                        .append(y)
                        .append("\" r=\"4.5\" fill=\"none\" stroke=\"#777\"/>");
            case PAUSED, SUSPENDED ->
                out.append("<path d=\"M")
                        .append(x - 3)
                        .append(' ')
                        .append(y - 5)
                        .append("v10m6 0v-10\" stroke=\"#1565c0\" stroke-width=\"3\"/>");
            default ->
                out.append("<path d=\"M").append(x).append(' ').append(y - 5).append("l5 10h-10z\" fill=\"#e65100\"/>");
        }
    }

    private void legend(int top) {
        int x = 20;
        for (Label label : Label.values()) {
            bar(x, top, label);
            text("type", x + 14, top + 17, label.text());
            x += LEGEND_STEP;
        }
        int y = top + GraphLayout.HEIGHT + LEGEND_ROW / 2;
        if (!graph.statesKnown()) {
            text("type", 20, y + 4, "run states are not known");
            return;
        }
        x = 26;
        for (PowerState state :
                new PowerState[] {PowerState.RUNNING, PowerState.HALTED, PowerState.PAUSED, PowerState.TRANSIENT}) {
            sign(x, y, state);
            text("type", x + 10, y + 4, state == PowerState.TRANSIENT ? "between states" : state.word());
            x += LEGEND_STEP;
        }
    }

    private void text(String style, int x, int y, String text) {
        out.append("<text class=\"")
                .append(style)
                .append("\" x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y);
        out.append("\">").append(escape(text)).append("</text>");
    }

    /** Texts are printable ASCII. */
    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
