package org.qubestools.core.xml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One element of a small document without namespaces; its text counts only while it has no children. */
public final class XmlElement {
    private final String name;
    private final Map<String, String> attributes = new LinkedHashMap<>(4);
    private final List<XmlElement> children = new ArrayList<>(0);
    private String text = "";

    public XmlElement(String name) {
        this.name = name;
    }

    /** {@code <element name="...">text</element>}, the form of R4's properties and features. */
    public static XmlElement named(String element, String name, String text) {
        return new XmlElement(element).with("name", name).withText(text);
    }

    public String name() {
        return name;
    }

    /** The value, or null if it is absent. */
    public @Nullable String attribute(String attribute) {
        return attributes.get(attribute);
    }

    public Map<String, String> attributes() {
        return Collections.unmodifiableMap(attributes);
    }

    public List<XmlElement> children() {
        return Collections.unmodifiableList(children);
    }

    /** All children of this name. */
    public List<XmlElement> children(String child) {
        return children.stream().filter(e -> e.name.equals(child)).toList();
    }

    /** The children of this name of all children of the other name: {@code properties/property}. */
    public List<XmlElement> grandchildren(String child, String grandchild) {
        return children(child).stream()
                .flatMap(e -> e.children(grandchild).stream())
                .toList();
    }

    public String text() {
        return children.isEmpty() ? text : "";
    }

    public XmlElement with(String attribute, String value) {
        attributes.put(attribute, value);
        return this;
    }

    public XmlElement withText(String newText) {
        text = newText;
        return this;
    }

    public XmlElement with(XmlElement child) {
        children.add(child);
        return this;
    }

    /** Adds the child and returns it, not this. */
    public XmlElement adding(XmlElement child) {
        children.add(child);
        return child;
    }
}
