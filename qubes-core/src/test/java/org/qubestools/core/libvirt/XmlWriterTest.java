package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.StringReader;
import java.util.Locale;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

final class XmlWriterTest {
    private static final long SEED = 20261127;
    private static final String SPECIAL = "&<>\"'\t\n\r]]>;#%{}= \u00e9\u20ac\ud83d\ude00\u007f\u0085\u2028\ufffd";

    private static String write(String text) {
        return XmlWriter.write("work", new XmlElement("a").with("b", text).add("c", text));
    }

    private static Element parsed(String document) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(document)))
                .getDocumentElement();
    }

    private static void assertCarried(String text) throws Exception {
        Element root = parsed(write(text));
        assertThat(root.getAttribute("b")).isEqualTo(text);
        assertThat(root.getElementsByTagName("c").item(0).getTextContent()).isEqualTo(text);
    }

    @Test
    void everySpecialCharacterArrivesAtAParser() throws Exception {
        assertCarried(SPECIAL);
    }

    @Test
    void everyCharacterArrivesOrIsRefusedInOneLine() throws Exception {
        for (int c = 0; c <= 0xffff; c++) {
            String text = "x" + (char) c + "y";
            boolean allowed = c == 9 || c == 10 || c == 13 || (c >= 0x20 && c < 0xd800) || (c > 0xdfff && c < 0xfffe);
            if (allowed) {
                assertThat(XmlReader.read(write(text)).attribute("b")).isEqualTo(text);
            } else {
                assertThatThrownBy(() -> write(text))
                        .as("character %x", c)
                        .isInstanceOf(QubesException.class)
                        .extracting(Throwable::getMessage)
                        .asString()
                        .doesNotContain("\n")
                        .startsWith(
                                "VM 'work' cannot be defined: 'b' of 'a' would have a character that XML cannot carry");
            }
        }
    }

    @Test
    void aRandomTextArrivesOrIsRefused() throws Exception {
        Random random = new Random(SEED);
        for (int i = 0; i < 3000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(20); length > 0; length--) {
                boolean special = random.nextBoolean();
                text.append(
                        special ? SPECIAL.charAt(random.nextInt(SPECIAL.length())) : (char) random.nextInt(0x10000));
            }
            try {
                assertCarried(text.toString());
            } catch (QubesException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_VALUE);
            } catch (AssertionError | Exception e) {
                fail("seed %d, text %d".formatted(SEED, i), e);
            }
        }
    }

    @Test
    void halfOfAPairIsRefused() {
        for (String text :
                new String[] {"\ud83d", "\ude00", "\ude00\ud83d", "\ud83d\ud83d\ude00", "\ud83d\ude00\ude00"}) {
            assertThatThrownBy(() -> write(text)).isInstanceOf(QubesException.class);
        }
    }

    @Test
    void theMessageShowsNothingRaw() {
        assertThatThrownBy(() -> XmlWriter.write("a\u001b[2J", XmlElement.ofText("cmdline", "quiet\u001b[31m")))
                .hasMessage("VM 'a\\x1b[2J' cannot be defined: 'cmdline' would have a character that XML cannot carry:"
                        + " quiet\\x1b[31m");
    }

    @Test
    void whatIsWrittenIsReadAsTheSame() {
        XmlElement root = new XmlElement("domain")
                .with("type", "xen")
                .addEmpty("features")
                .add(new XmlElement("devices").add("name", "a <b>"));

        XmlElement read = XmlReader.read(XmlWriter.write("work", root));

        assertThat(read.name()).isEqualTo("domain");
        assertThat(read.attribute("type")).isEqualTo("xen");
        assertThat(read.at("features")).isNotNull();
        assertThat(read.at("devices", "name")).extracting(XmlElement::text).isEqualTo("a <b>");
        assertThat(read.at("devices", "disk")).isNull();
    }

    @Test
    void whatIsNoDocumentIsRefusedInOneLine() {
        String deep = "<a>".repeat(200) + "</a>".repeat(200);
        String entity = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
        for (String text : new String[] {"", "<a>", "<a></b>", "text", deep, entity}) {
            assertThatThrownBy(() -> XmlReader.read(text))
                    .as(text.toLowerCase(Locale.ROOT))
                    .isInstanceOf(QubesException.class)
                    .extracting(Throwable::getMessage)
                    .asString()
                    .startsWith("a definition of libvirt is no XML document: ")
                    .doesNotContain("\n");
        }
    }
}
