package org.qubestools.core.libvirt;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** Reads documents of libvirt, or of the user. The parser is the JDK's own, without a look-up of services. */
final class XmlReader {
    private static final int MAX_DEPTH = 100;

    private XmlReader() {}

    /**
     * The root element; no DTD and no entity is followed.
     *
     * @throws QubesException FAILED if it is no document
     */
    static XmlElement read(String document) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(document));
            try {
                return root(reader);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw malformed(String.valueOf(e.getMessage()), e);
        }
    }

    private static XmlElement root(XMLStreamReader reader) throws XMLStreamException {
        Deque<XmlElement> open = new ArrayDeque<>();
        XmlElement last = null;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    XmlElement element = start(reader);
                    if (!open.isEmpty()) {
                        open.element().add(element);
                    }
                    if (open.size() >= MAX_DEPTH) {
                        throw malformed("elements in more than " + MAX_DEPTH + " others", null);
                    }
                    open.push(element);
                }
                case XMLStreamConstants.END_ELEMENT -> last = open.pop();
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (!open.isEmpty()) {
                        open.element().append(reader.getText());
                    }
                }
                default -> {}
            }
        }
        if (last == null) {
            throw malformed("no element", null);
        }
        return last;
    }

    private static XmlElement start(XMLStreamReader reader) {
        XmlElement element = new XmlElement(reader.getLocalName());
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            element.with(reader.getAttributeLocalName(i), reader.getAttributeValue(i));
        }
        return element;
    }

    private static QubesException malformed(String reason, @Nullable Throwable cause) {
        return new QubesException(
                ErrorKind.FAILED,
                "a definition of libvirt is no XML document: " + SafeText.of(reason.replace('\n', ' ')),
                null,
                cause);
    }
}
