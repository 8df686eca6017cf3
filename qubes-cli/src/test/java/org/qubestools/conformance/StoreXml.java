package org.qubestools.conformance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** XML files by elements and attributes, read with the JDK's parser: independent of the code under test. */
final class StoreXml {
    static final String GLOBALS = "(globals)";

    private StoreXml() {}

    static Element root(byte[] bytes) throws IOException {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(bytes))
                    .getDocumentElement();
        } catch (SAXException | ParserConfigurationException e) {
            throw new IOException(e);
        }
    }

    /** Attributes by {@code (globals)} and {@code ELEMENT qid=N}. */
    static Map<String, Map<String, String>> elements(byte[] bytes) throws IOException {
        Map<String, Map<String, String>> elements = new LinkedHashMap<>();
        Element root = root(bytes);
        elements.put(GLOBALS, attributes(root));
        for (Node node = root.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                elements.put(element.getTagName() + " qid=" + element.getAttribute("qid"), attributes(element));
            }
        }
        return elements;
    }

    static Map<String, String> attributes(Element element) {
        Map<String, String> attributes = new TreeMap<>();
        NamedNodeMap map = element.getAttributes();
        for (int i = 0; i < map.getLength(); i++) {
            attributes.put(map.item(i).getNodeName(), map.item(i).getNodeValue());
        }
        return attributes;
    }

    /** A text of elements and attributes in one spelling. */
    static String canonical(String xml) throws IOException {
        StringBuilder out = new StringBuilder();
        canonical(root(xml.getBytes(StandardCharsets.UTF_8)), out);
        return out.toString();
    }

    private static void canonical(Element element, StringBuilder out) {
        out.append('<').append(element.getTagName()).append(attributes(element));
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element child) {
                canonical(child, out);
            }
        }
        out.append('>');
    }
}
