package org.qubestools.backup.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.xml.MalformedXml;
import org.qubestools.core.xml.XmlElement;
import org.qubestools.core.xml.XmlText;
import org.qubestools.core.xml.XmlTreeReader;

/** The qubes.xml and firewall.xml files of sample backups, taken out of their archives. */
final class BackupXml {
    private BackupXml() {}

    static byte[] bytes(String name) {
        try (@Nullable InputStream in = BackupXml.class.getResourceAsStream("/backup-xml/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no sample " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A store around these VM elements. */
    static byte[] store(String... elements) {
        return utf8("<QubesVmCollection>" + String.join("\n", elements) + "</QubesVmCollection>");
    }

    /** The same document spelt in one way: attributes by name, no white space but inside values. */
    static String canonical(byte[] xml) {
        return XmlText.of(sorted(tree(xml)));
    }

    static XmlElement tree(byte[] xml) {
        try {
            return XmlTreeReader.read(xml);
        } catch (MalformedXml e) {
            throw new AssertionError(e);
        }
    }

    private static XmlElement sorted(XmlElement element) {
        XmlElement sorted = new XmlElement(element.name()).withText(element.text());
        new TreeMap<>(element.attributes()).forEach(sorted::with);
        element.children().forEach(child -> sorted.with(sorted(child)));
        return sorted;
    }
}
