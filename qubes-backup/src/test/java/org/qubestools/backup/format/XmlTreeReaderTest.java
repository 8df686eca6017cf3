package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.xml.MalformedXml;
import org.qubestools.core.xml.XmlElement;
import org.qubestools.core.xml.XmlText;
import org.qubestools.core.xml.XmlTreeReader;

class XmlTreeReaderTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "<a>",
                "<a/><b/>",
                "<a x='1' x='2'/>",
                "<a>&b;</a>",
                "<a>&#0;</a>",
                "<p:a/>",
                "<a xmlns='x'/>",
                "<!DOCTYPE a><a/>",
                "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
                "<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>",
                "<?xml version='1.1'?><a/>",
            })
    void whatIsNotAPlainDocumentIsMalformed(String xml) {
        assertThatThrownBy(() -> XmlTreeReader.read(BackupXml.utf8(xml))).isInstanceOf(MalformedXml.class);
    }

    @Test
    void bytesThatAreNotUtf8AreMalformed() {
        byte[] latin1 =
                "<?xml version='1.0' encoding='ISO-8859-1'?><a>\u00e4</a>".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> XmlTreeReader.read(latin1))
                .isInstanceOf(MalformedXml.class)
                .hasMessage("it is not UTF-8");
    }

    @Test
    void limitsAreKept() {
        assertLimit("<a>".repeat(33) + "</a>".repeat(33), "it is nested too deeply");
        assertLimit("<a>" + "<b/>".repeat(200_000) + "</a>", "it has too many elements");
        assertLimit("<a b='" + "x".repeat(65537) + "'/>", "a value is longer than 64 KiB");
        assertLimit("<a>" + "x".repeat(65537) + "</a>", "a value is longer than 64 KiB");
        assertLimit("<a>" + " ".repeat(8 * 1024 * 1024) + "</a>", "it is larger than 8 MiB");
    }

    private static void assertLimit(String xml, String reason) {
        assertThatThrownBy(() -> XmlTreeReader.read(BackupXml.utf8(xml)))
                .isInstanceOf(MalformedXml.class)
                .hasMessage(reason);
    }

    @Test
    void forcedDepthCostsNoStack() {
        assertThatThrownBy(() -> XmlTreeReader.read(BackupXml.utf8("<a>".repeat(2_000_000))))
                .isInstanceOf(MalformedXml.class);
    }

    @Test
    void whatStandsInANamespaceIsDropped() throws MalformedXml {
        XmlElement a = XmlTreeReader.read(
                BackupXml.utf8("<a xmlns:p='x' p:b='1' c='2'><p:d><e/></p:d><f/><g xmlns='x'><h/></g></a>"));

        assertThat(XmlText.of(a)).isEqualTo("<a c=\"2\">\n  <f/>\n</a>\n");
    }

    @Test
    void textIsKeptToTheCharacter() throws MalformedXml {
        String text = " a\t\n\r&<>\"' \u00e4\ud83d\ude00 ]]> ";
        XmlElement element = new XmlElement("a").with("b", text).withText(text);

        XmlElement read = XmlTreeReader.read(BackupXml.utf8(XmlText.of(element)));

        assertThat(read.text()).isEqualTo(text);
        assertThat(read.attribute("b")).isEqualTo(text);
    }

    @Test
    void piecesOfTextAreJoined() throws MalformedXml {
        XmlElement a = XmlTreeReader.read(BackupXml.utf8("<a>1&amp;2<!-- x --><![CDATA[<3>]]><?y z?>4</a>"));

        assertThat(a.text()).isEqualTo("1&2<3>4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "\u0008", "\ud800", "\udc00x", "\uffff"})
    void aCharacterThatXmlCannotHoldIsNotWritten(String text) {
        assertThatThrownBy(() -> XmlText.of(new XmlElement("a").withText(text)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whateverIsDamagedEndsInATreeOrMalformed() {
        long seed = new Random().nextLong();
        Mutations mutations = new Mutations(seed);
        byte[] good = BackupXml.bytes("v4-from-r3.xml");
        for (int i = 0; i < 5000; i++) {
            byte[] damaged = mutations.of(good);
            try {
                XmlTreeReader.read(damaged);
            } catch (MalformedXml e) {
                assertThat(e.reason()).isPrintable();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + i, e);
            }
        }
    }
}
