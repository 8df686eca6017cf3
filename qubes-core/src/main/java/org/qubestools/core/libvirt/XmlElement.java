package org.qubestools.core.libvirt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An element of a document for, or from, libvirt: attributes, and either text or children. It takes any text. */
final class XmlElement {
    private final String name;
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final List<XmlElement> children = new ArrayList<>();
    private String text = "";

    XmlElement(String name) {
        this.name = name;
    }

    static XmlElement ofText(String name, String text) {
        XmlElement element = new XmlElement(name);
        element.text = text;
        return element;
    }

    /** Sets an attribute; returns this. */
    XmlElement with(String attribute, String value) {
        attributes.put(attribute, value);
        return this;
    }

    /** Appends a child; returns this. */
    XmlElement add(XmlElement child) {
        children.add(child);
        return this;
    }

    /** Appends a child that has nothing but text; returns this. */
    XmlElement add(String child, String childText) {
        return add(ofText(child, childText));
    }

    /** Appends an empty child; returns this. */
    XmlElement addEmpty(String child) {
        return add(new XmlElement(child));
    }

    void append(String moreText) {
        text += moreText;
    }

    String name() {
        return name;
    }

    String text() {
        return text;
    }

    Map<String, String> attributes() {
        return Collections.unmodifiableMap(attributes);
    }

    List<XmlElement> children() {
        return Collections.unmodifiableList(children);
    }

    /** The text of an attribute, or null if it is absent. */
    @Nullable
    String attribute(String attribute) {
        return attributes.get(attribute);
    }

    List<XmlElement> children(String childName) {
        List<XmlElement> found = new ArrayList<>();
        for (XmlElement child : children) {
            if (child.name.equals(childName)) {
                found.add(child);
            }
        }
        return found;
    }

    /** The first element that is reached by these names of children, or null. */
    @Nullable
    XmlElement at(String... path) {
        XmlElement element = this;
        for (String step : path) {
            List<XmlElement> found = element.children(step);
            if (found.isEmpty()) {
                return null;
            }
            element = found.get(0);
        }
        return element;
    }
}
