package org.qubestools.core.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Optional;
import java.util.function.Predicate;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** A running domain as the driver describes it: its devices, as the elements that take them away again. */
final class LiveXml {
    private final Document document;

    private LiveXml(Document document) {
        this.document = document;
    }

    static LiveXml parse(String xml) {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        try {
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return new LiveXml(factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml))));
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "libvirt's description of a domain cannot be read: " + e.getMessage(), null, e);
        }
    }

    /** The network interface with this hardware address. */
    Optional<String> networkInterface(String mac) {
        return device("interface", element -> mac.equalsIgnoreCase(attribute(element, "mac", "address")));
    }

    /** The disk with this frontend name, which drivers with other names for disks tell as its serial number. */
    Optional<String> disk(String frontend) {
        return device(
                "disk",
                element -> frontend.equals(attribute(element, "target", "dev"))
                        || frontend.equals(text(element, "serial")));
    }

    /** Hardware address of an interface element. */
    static String macOf(String interfaceXml) {
        return attribute(parse(interfaceXml).document.getDocumentElement(), "mac", "address");
    }

    private Optional<String> device(String kind, Predicate<Element> wanted) {
        NodeList all = document.getElementsByTagName(kind);
        for (int i = 0; i < all.getLength(); i++) {
            if (all.item(i) instanceof Element element && wanted.test(element)) {
                return Optional.of(write(element));
            }
        }
        return Optional.empty();
    }

    private static @Nullable Element child(Element element, String name) {
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element child && child.getTagName().equals(name)) {
                return child;
            }
        }
        return null;
    }

    private static String attribute(Element element, String child, String name) {
        Element found = child(element, child);
        return found == null ? "" : found.getAttribute(name);
    }

    private static String text(Element element, String child) {
        Element found = child(element, child);
        return found == null ? "" : found.getTextContent();
    }

    private static String write(Element element) {
        try {
            TransformerFactory factory = TransformerFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            Transformer transformer = factory.newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            StringWriter text = new StringWriter();
            transformer.transform(new DOMSource(element), new StreamResult(text));
            return text.toString();
        } catch (TransformerException e) {
            throw new IllegalStateException(e);
        }
    }
}
