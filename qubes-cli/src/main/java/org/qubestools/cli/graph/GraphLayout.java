package org.qubestools.cli.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * Where everything is in the picture, in pixels. Trees grow to the right, one column for each level; the leaves of one
 * node stand in a grid of about a screen's shape, so that 250 VMs behind one NetVM are neither a line nor a column. No
 * two boxes overlap: what hangs on a node stands below what hangs on the one before it.
 */
final class GraphLayout {
    static final int HEIGHT = 28;

    private static final int ROW = HEIGHT + 8;
    private static final int LEVEL_GAP = 48;
    private static final int COLUMN_GAP = 28;
    private static final int TREE_GAP = 20;
    private static final int BUS = 10;
    private static final int TITLE = 56;
    private static final int MARGIN = 20;
    private static final int ONE_COLUMN = 6;
    /** Width of a grid to its height: grids of several nodes stand one below the other. */
    private static final double SHAPE = 2.6;

    private static final int CHARACTER = 8;
    private static final int SMALL_CHARACTER = 6;
    private static final int PADDING = 46;

    /** A box; the node's number is its place in the list. */
    record Box(int x, int y, int width) {
        int right() {
            return x + width;
        }

        int middle() {
            return y + HEIGHT / 2;
        }
    }

    /** A line from box to box, in the words of an SVG path. */
    record Line(int from, int to, String path) {}

    private final GraphForest forest;
    private final List<VmGraph.Node> nodes;
    private final Box[] boxes;
    private final List<Line> lines = new ArrayList<>();
    private final List<Integer> levels = new ArrayList<>();
    private int width;
    private int height;
    private int restY = -1;

    GraphLayout(VmGraph graph) {
        this.forest = new GraphForest(graph);
        this.nodes = graph.nodes();
        this.boxes = new Box[nodes.size()];
        levels.add(MARGIN);
        for (int root : forest.trees()) {
            measure(root, 0);
        }
        int y = TITLE;
        for (int root : forest.trees()) {
            y = place(root, 0, y) + TREE_GAP;
        }
        List<Integer> singles = forest.singles();
        if (!singles.isEmpty()) {
            restY = y;
            y = grid(singles, MARGIN, y + TREE_GAP, -1);
        }
        height = y + MARGIN;
        for (VmGraph.Edge edge : forest.others()) {
            lines.add(new Line(edge.from(), edge.to(), curve(boxes[edge.from()], boxes[edge.to()])));
        }
    }

    private int widthOf(int node) {
        VmGraph.Node of = nodes.get(node);
        return PADDING
                + CHARACTER * of.name().length()
                + SMALL_CHARACTER * of.type().length();
    }

    /** Learns how wide each level is; a leaf takes no part, what is right of it is free. */
    private void measure(int node, int level) {
        if (forest.isLeaf(node)) {
            return;
        }
        int next = levels.get(level) + widthOf(node) + LEVEL_GAP;
        if (levels.size() == level + 1) {
            levels.add(next);
        } else if (levels.get(level + 1) < next) {
            move(level + 1, next - levels.get(level + 1));
        }
        for (int child : forest.children(node)) {
            measure(child, level + 1);
        }
    }

    private void move(int from, int by) {
        for (int level = from; level < levels.size(); level++) {
            levels.set(level, levels.get(level) + by);
        }
    }

    /** Places a tree from {@code y} down and returns where it ends. */
    private int place(int node, int level, int y) {
        put(node, levels.get(level), y, widthOf(node));
        List<Integer> leaves = new ArrayList<>();
        int at = y;
        int x = levels.get(level + 1);
        for (int child : forest.children(node)) {
            if (forest.isLeaf(child)) {
                leaves.add(child);
                continue;
            }
            int from = at;
            at = place(child, level + 1, at);
            connect(node, child, x - LEVEL_GAP / 2, from + HEIGHT / 2);
        }
        at = leaves.isEmpty() ? at : grid(leaves, x, at, node);
        return Math.max(at, y + ROW);
    }

    private void put(int node, int x, int y, int boxWidth) {
        boxes[node] = new Box(x, y, boxWidth);
        width = Math.max(width, x + boxWidth + MARGIN);
    }

    private void connect(int parent, int child, int trunk, int y) {
        Box from = boxes[parent];
        lines.add(new Line(
                parent,
                child,
                "M" + from.right() + " " + from.middle() + "H" + trunk + "V" + y + "H" + boxes[child].x()));
    }

    /** Places leaves in a grid, joined to {@code parent} unless that is negative; returns where it ends. */
    private int grid(List<Integer> leaves, int x, int y, int parent) {
        int cell = 0;
        for (int leaf : leaves) {
            cell = Math.max(cell, widthOf(leaf));
        }
        int columns = columns(leaves.size(), cell);
        int rows = (leaves.size() + columns - 1) / columns;
        boolean overhead = columns > 1 && parent >= 0;
        int top = overhead ? y + BUS : y;
        for (int i = 0; i < leaves.size(); i++) {
            int column = i / rows;
            int left = x + column * (cell + COLUMN_GAP);
            int leaf = leaves.get(i);
            put(leaf, left, top + i % rows * ROW, cell);
            if (parent >= 0) {
                int trunk = x - LEVEL_GAP / 2;
                Box from = boxes[parent];
                Box to = boxes[leaf];
                int bus = column == 0 ? trunk : left - COLUMN_GAP / 2;
                String over = column == 0 ? "" : "V" + y + "H" + bus;
                String start = "M" + from.right() + " " + from.middle() + "H" + trunk;
                lines.add(new Line(parent, leaf, start + over + "V" + to.middle() + "H" + to.x()));
            }
        }
        return top + rows * ROW;
    }

    private static int columns(int count, int cell) {
        return count <= ONE_COLUMN
                ? 1
                : Math.max(1, (int) Math.round(Math.sqrt(SHAPE * count * ROW / (cell + COLUMN_GAP))));
    }

    private static String curve(Box from, Box to) {
        int bend = 60;
        return "M" + from.right() + " " + from.middle() + "C" + (from.right() + bend) + " " + from.middle() + " "
                + (to.x() - bend) + " " + to.middle() + " " + to.x() + " " + to.middle();
    }

    Box box(int node) {
        return boxes[node];
    }

    /** Lines of the trees first, then the others. */
    List<Line> lines() {
        return lines;
    }

    int others() {
        return lines.size() - forest.others().size();
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Where the heading of the nodes stands that hang on nothing; negative if there are none. */
    int restY() {
        return restY;
    }
}
