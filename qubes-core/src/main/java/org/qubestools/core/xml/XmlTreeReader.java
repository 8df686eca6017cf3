package org.qubestools.core.xml;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads a small document of a backup: UTF-8, no DOCTYPE, no entities but the five of XML, nothing is fetched.
 *
 * <p>Comments and processing instructions are dropped, and so is all that stands in a namespace: nobody who wrote such a
 * document used one.
 */
public final class XmlTreeReader {
    static final int MAX_BYTES = 8 * 1024 * 1024;
    private static final int MAX_DEPTH = 32;
    private static final int MAX_VALUE = 64 * 1024;
    /** Elements and attributes together; 253 VMs need a tenth. */
    private static final int MAX_NODES = 200_000;

    private final XMLStreamReader in;
    private final Deque<Open> open = new ArrayDeque<>();
    private int depth;
    private int nodes;
    private @Nullable XmlElement root;

    private XmlTreeReader(XMLStreamReader in) {
        this.in = in;
    }

    /** An element that has not ended yet; without one it is dropped with all that is in it. */
    private record Open(@Nullable XmlElement element, StringBuilder text) {}

    public static XmlElement read(byte[] bytes) throws MalformedXml {
        if (bytes.length > MAX_BYTES) {
            throw new MalformedXml("it is larger than 8 MiB");
        }
        try {
            XMLStreamReader in = factory().createXMLStreamReader(new StringReader(decoded(bytes)));
            try {
                return new XmlTreeReader(in).tree();
            } finally {
                in.close();
            }
        } catch (XMLStreamException e) {
            throw new MalformedXml("it is not well-formed" + at(e.getLocation()));
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setXMLResolver((publicId, systemId, baseUri, namespace) -> {
            throw new XMLStreamException("nothing is fetched");
        });
        return factory;
    }

    private static String decoded(byte[] bytes) throws MalformedXml {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new MalformedXml("it is not UTF-8");
        }
    }

    private static String at(@Nullable Location location) {
        return location == null
                ? ""
                : " (line " + location.getLineNumber() + ", column " + location.getColumnNumber() + ")";
    }

    private XmlElement tree() throws XMLStreamException, MalformedXml {
        if (in.getVersion() != null && !in.getVersion().equals("1.0")) {
            throw new MalformedXml("it is not XML 1.0");
        }
        while (in.hasNext()) {
            switch (in.next()) {
                case XMLStreamConstants.START_ELEMENT -> start();
                case XMLStreamConstants.END_ELEMENT -> end();
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> text();
                case XMLStreamConstants.DTD -> throw new MalformedXml("it has a DOCTYPE");
                case XMLStreamConstants.ENTITY_REFERENCE -> throw new MalformedXml("it has an entity");
                default -> {} // comments and the like
            }
        }
        if (root == null) {
            throw new MalformedXml("its root element is in a namespace");
        }
        return root;
    }

    private void start() throws MalformedXml {
        depth++;
        nodes += 1 + in.getAttributeCount();
        if (depth > MAX_DEPTH || nodes > MAX_NODES) {
            throw new MalformedXml(depth > MAX_DEPTH ? "it is nested too deeply" : "it has too many elements");
        }
        Open parent = open.peek();
        boolean dropped = isForeign(in.getNamespaceURI()) || (parent != null && parent.element == null);
        XmlElement element = dropped ? null : element();
        if (element != null && parent != null && parent.element != null) {
            parent.element.with(element);
        } else if (parent == null) {
            root = element;
        }
        open.push(new Open(element, new StringBuilder(0)));
    }

    private XmlElement element() throws MalformedXml {
        XmlElement element = new XmlElement(in.getLocalName());
        for (int i = 0; i < in.getAttributeCount(); i++) {
            if (!isForeign(in.getAttributeNamespace(i))) {
                element.with(in.getAttributeLocalName(i), limited(in.getAttributeValue(i)));
            }
        }
        return element;
    }

    private static boolean isForeign(@Nullable String namespace) {
        return namespace != null && !namespace.isEmpty();
    }

    private void text() {
        Open innermost = open.peek();
        if (innermost != null) {
            innermost.text.append(in.getText());
        }
    }

    private void end() throws MalformedXml {
        depth--;
        Open ended = open.pop();
        if (ended.element != null && ended.element.children().isEmpty()) {
            ended.element.withText(limited(ended.text.toString()));
        }
    }

    private static String limited(String value) throws MalformedXml {
        if (value.length() > MAX_VALUE) {
            throw new MalformedXml("a value is longer than 64 KiB");
        }
        return value;
    }
}
