package org.qubestools.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParser;
import javax.xml.parsers.SAXParserFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.QubesException;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** Holds the scanner to the JDK's parser: the same verdict, the same tags and values. */
final class XmlScannerTest {
    private static final String STORE = """
            <!-- by hand --><?note it?><Q a="1" b='2'>
              <V name="x&amp;y" memory="&#65;&#x42;" l=" a
            b"/> ]] text &lt; <V name="z" memory="5" l=""></V>
              <![CDATA[ <&> ]]><V name="z" memory="6" l="">\ud83d\ude00</V><W name="\u00e9"/>
            </Q><!-- end -->
            """;

    private static final String[] PIECES = {
        "<",
        ">",
        "/",
        "&",
        ";",
        "\"",
        "'",
        "=",
        " ",
        "\n",
        "\t",
        "]]>",
        "--",
        "<!--",
        "-->",
        "<?",
        "?>",
        "<?xml?>",
        "<![CDATA[",
        "&lt;",
        "&#0;",
        "&#x10ffff;",
        "&#x110000;",
        "&#xd800;",
        "&nbsp;",
        "a",
        ":",
        "-",
        "\u0001",
        "\ufffe",
        "\ud83d",
        "<V/>",
        " memory=\"1\"",
        "</V>",
        "\u00b7"
    };

    @Test
    void aStoreReadsAsTheJdkReadsIt() {
        assertThat(ours(STORE)).isNotEmpty().isEqualTo(jdk(STORE));
    }

    @Test
    void mutatedStoresGetTheSameVerdictAndValues() {
        long seed = Long.getLong("qubes.fuzz.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            String mutated = mutate(STORE, random);
            assertThat(ours(mutated)).as("seed %s: %s", seed, mutated).isEqualTo(jdk(mutated));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<!DOCTYPE a><a/>", "<a><!DOCTYPE a></a>", "<!-- x --><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"})
    void anyDoctypeIsRefusedByName(String document) {
        assertThatThrownBy(() -> scan(document))
                .isInstanceOf(QubesException.class)
                .hasMessageContaining("[doctype]");
    }

    @Test
    void limitsAreKept() {
        assertThatThrownBy(() -> scan("<a>".repeat(40))).hasMessageContaining("[limit]");
        assertThatThrownBy(() -> scan("<a>" + "<b/>".repeat(XmlScanner.MAX_ELEMENTS) + "</a>"))
                .hasMessageContaining("[limit]");
        assertThatThrownBy(() -> scan("<a b='" + "x".repeat(XmlScanner.MAX_VALUE + 1) + "'/>"))
                .hasMessageContaining("[limit]");
    }

    @Test
    void aNameTwiceAmongManyIsRefused() {
        StringBuilder tag = new StringBuilder("<a");
        for (int i = 0; i < XmlScanner.MAX_ATTRIBUTES - 1; i++) {
            tag.append(" n").append(i).append("=''");
        }

        assertThat(ours("<r>" + tag + " m=''/>" + tag + " m=''/>" + tag + " o=''/></r>"))
                .hasSize(8);
        for (int twice : new int[] {0, 98, 99, 100, 101, XmlScanner.MAX_ATTRIBUTES - 2}) {
            assertThat(ours("<r>" + tag + " m=''/>" + tag + " n" + twice + "=''/></r>"))
                    .isNull();
        }
    }

    private static String mutate(String document, Random random) {
        String text = document;
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            int from = random.nextInt(text.length() + 1);
            int to = random.nextBoolean() ? from : Math.min(text.length(), from + random.nextInt(4));
            String piece = random.nextInt(4) == 0 ? "" : PIECES[random.nextInt(PIECES.length)];
            text = text.substring(0, from) + piece + text.substring(to);
        }
        // No half surrogates; in names the JDK's older edition of XML refuses their replacement.
        return new String(text.getBytes(StandardCharsets.UTF_16), StandardCharsets.UTF_16).replace('\ufffd', '?');
    }

    /** Start tags with their attributes and end tags; null if the document is refused. */
    private static List<String> ours(String document) {
        try {
            return scan(document);
        } catch (QubesException e) {
            return null;
        }
    }

    private static List<String> scan(String document) {
        StoreText text = StoreText.decode("store", document.getBytes(StandardCharsets.UTF_16));
        List<String> tags = new ArrayList<>();
        XmlScanner scanner = new XmlScanner(text);
        while (scanner.next()) {
            Map<String, String> attributes = new TreeMap<>();
            for (int i = 0; scanner.isStart() && i < scanner.attributeCount(); i++) {
                attributes.put(scanner.attributeNames()[i], scanner.attributeValues()[i]);
            }
            tags.add(scanner.isStart() ? scanner.name() + attributes : "/" + scanner.name());
        }
        return tags;
    }

    private static List<String> jdk(String document) {
        List<String> tags = new ArrayList<>();
        try {
            SAXParserFactory factory = SAXParserFactory.newInstance();
            factory.setNamespaceAware(false);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            SAXParser parser = factory.newSAXParser();
            parser.parse(new InputSource(new StringReader(document)), new Tags(tags));
            return tags;
        } catch (SAXException e) {
            return null;
        } catch (IOException | ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Tags extends DefaultHandler {
        private final List<String> tags;

        Tags(List<String> tags) {
            this.tags = tags;
        }

        @Override
        public void startElement(String uri, String local, String name, Attributes attributes) {
            Map<String, String> sorted = new TreeMap<>();
            for (int i = 0; i < attributes.getLength(); i++) {
                sorted.put(attributes.getQName(i), attributes.getValue(i));
            }
            tags.add(name + sorted);
        }

        @Override
        public void endElement(String uri, String local, String name) {
            tags.add("/" + name);
        }

        @Override
        public void fatalError(org.xml.sax.SAXParseException e) throws SAXException {
            throw e;
        }
    }
}
