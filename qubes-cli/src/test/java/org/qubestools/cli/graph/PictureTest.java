package org.qubestools.cli.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qubestools.cli.graph.VmGraph.Kind;
import org.qubestools.cli.graph.VmGraph.Node;
import org.qubestools.core.model.Label;
import org.qubestools.core.runtime.PowerState;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The SVG and the page that holds it. */
final class PictureTest {
    private static final String HOSTILE = "</script><img src=x onerror=alert(1)>\"'&amp;]]>-->";

    private static Document parsed(String svg) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    private record Area(int x, int y, int width, int height) {
        static Area of(Element rect) {
            return new Area(number(rect, "x"), number(rect, "y"), number(rect, "width"), number(rect, "height"));
        }

        private static int number(Element of, String name) {
            return Integer.parseInt(of.getAttribute(name));
        }

        boolean meets(Area other) {
            return x < other.x + other.width
                    && other.x < x + width
                    && y < other.y + other.height
                    && other.y < y + height;
        }

        boolean isIn(Area other) {
            return x >= other.x && y >= other.y && x + width <= other.width && y + height <= other.height;
        }
    }

    private static List<Area> boxes(Document svg) {
        List<Area> boxes = new ArrayList<>();
        NodeList rects = svg.getElementsByTagNameNS("http://www.w3.org/2000/svg", "rect");
        for (int i = 0; i < rects.getLength(); i++) {
            Element rect = (Element) rects.item(i);
            if (rect.getAttribute("class").equals("box")) {
                boxes.add(Area.of(rect));
            }
        }
        return boxes;
    }

    @ParameterizedTest
    @EnumSource(Grouping.class)
    void noTwoOfAllVmsOverlapAndAllAreOnThePaper(Grouping grouping) throws Exception {
        VmGraph graph = GraphFixture.graph(GraphFixture.full(), grouping);

        Document svg = parsed(SvgWriter.document(graph));

        List<Area> boxes = boxes(svg);
        assertThat(boxes).hasSize(graph.nodes().size()).hasSize(grouping == Grouping.DEVICE ? 7 : 254);
        Element root = svg.getDocumentElement();
        Area paper = new Area(0, 0, Area.number(root, "width"), Area.number(root, "height"));
        for (int i = 0; i < boxes.size(); i++) {
            assertThat(boxes.get(i).isIn(paper))
                    .as("%s on %s", boxes.get(i), paper)
                    .isTrue();
            for (int other = 0; other < i; other++) {
                assertThat(boxes.get(i).meets(boxes.get(other)))
                        .as("%s meets %s", boxes.get(i), boxes.get(other))
                        .isFalse();
            }
        }
        assertThat(paper.width()).isLessThan(4000);
        assertThat(paper.height()).isLessThan(4000);
    }

    /** A line may leave its box and end at one; it does not pass through any. */
    @ParameterizedTest
    @EnumSource(Grouping.class)
    void noLineOfATreeRunsThroughABox(Grouping grouping) {
        VmGraph graph = GraphFixture.graph(GraphFixture.full(), grouping);
        GraphLayout layout = new GraphLayout(graph);

        for (GraphLayout.Line line : layout.lines().subList(0, layout.others())) {
            for (Area piece : pieces(line.path())) {
                for (int node = 0; node < graph.nodes().size(); node++) {
                    GraphLayout.Box box = layout.box(node);
                    Area inside = new Area(box.x() + 1, box.y() + 1, box.width() - 2, GraphLayout.HEIGHT - 2);
                    assertThat(piece.meets(inside))
                            .as("%s, node %s", line, node)
                            .isFalse();
                }
            }
        }
    }

    private static List<Area> pieces(String path) {
        List<Area> pieces = new ArrayList<>();
        int x = 0;
        int y = 0;
        for (String step : path.split("(?=[MHV])", -1)) {
            String[] numbers = step.substring(1).split(" ", -1);
            int nextX = step.charAt(0) == 'V' ? x : Integer.parseInt(numbers[0]);
            int nextY = step.charAt(0) == 'H' ? y : Integer.parseInt(numbers[numbers.length - 1]);
            if (step.charAt(0) != 'M') {
                pieces.add(new Area(
                        Math.min(x, nextX), Math.min(y, nextY), Math.abs(nextX - x) + 1, Math.abs(nextY - y) + 1));
            }
            x = nextX;
            y = nextY;
        }
        return pieces;
    }

    @Test
    void aStoreOfOneVmAndALongChainHaveAPicture() throws Exception {
        assertThat(boxes(parsed(SvgWriter.document(GraphFixture.graph("<QubesVmCollection/>", Grouping.NETVM)))))
                .hasSize(1);
        StringBuilder chain = new StringBuilder("<QubesVmCollection><QubesNetVm qid=\"1\" name=\"n1\"/>");
        for (int qid = 2; qid <= 253; qid++) {
            chain.append("<QubesProxyVm qid=\"" + qid + "\" name=\"n" + qid + "\" netvm_qid=\"" + (qid - 1) + "\"/>");
        }
        String svg = SvgWriter.document(
                GraphFixture.graph(chain.append("</QubesVmCollection>").toString(), Grouping.NETVM));
        assertThat(boxes(parsed(svg))).hasSize(254);
    }

    @Test
    void labelsAndStatesAreSeen() {
        Node running = new Node(Kind.VM, "on", "AppVM", Label.BLUE, PowerState.RUNNING, Map.of());
        Node halted = new Node(Kind.VM, "off", "AppVM", Label.ORANGE, PowerState.HALTED, Map.of());
        Node paused = new Node(Kind.VM, "still", "AppVM", Label.RED, PowerState.PAUSED, Map.of());
        Node crashed = new Node(Kind.VM, "broken", "AppVM", Label.RED, PowerState.CRASHED, Map.of());
        VmGraph graph = new VmGraph(Grouping.NETVM, true, List.of(running, halted, paused, crashed), List.of());

        String svg = SvgWriter.document(graph);

        assertThat(svg.lines().filter(line -> line.contains("data-node=")))
                .satisfiesExactly(
                        on -> assertThat(on)
                                .contains("node vm running", "on: AppVM, blue, Running", "fill=\"#3465a4\"")
                                .contains("r=\"5\" fill=\"#2e7d32\""),
                        off -> assertThat(off)
                                .contains("node vm halted", "fill=\"#f57900\"", "r=\"4.5\" fill=\"none\""),
                        still -> assertThat(still).contains("node vm paused", "v10m6 0v-10"),
                        broken -> assertThat(broken).contains("node vm crashed", "l5 10h-10z"));
    }

    @Test
    void textOfTheStoreIsTextInThePictureAndInThePage() throws Exception {
        Node node = new Node(
                Kind.VM, HOSTILE, "AppVM", Label.RED, PowerState.UNKNOWN, Map.of("kernelopts", HOSTILE + "\u2028"));
        VmGraph graph = new VmGraph(Grouping.NETVM, false, List.of(node), List.of());

        String svg = SvgWriter.document(graph);
        assertThat(parsed(svg).getElementsByTagName("img").getLength()).isZero();
        assertThat(parsed(svg).getDocumentElement().getTextContent()).contains(HOSTILE);
        String page = HtmlWriter.page(graph);
        assertThat(page).doesNotContain("<img").contains("\\u003c/script\\u003e\\u003cimg", "\\u2028");
        assertThat(page.split("</script>", -1)).hasSize(3);
    }

    @Test
    void thePageLoadsNothing() {
        String page = HtmlWriter.page(GraphFixture.graph(GraphFixture.full(), Grouping.NETVM));

        assertThat(page).contains("default-src 'none'", "script-src 'sha256-");
        assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http:", "https:", "@import", "url(");
        assertThat(StandardCharsets.US_ASCII.newEncoder().canEncode(page)).isTrue();
    }
}
