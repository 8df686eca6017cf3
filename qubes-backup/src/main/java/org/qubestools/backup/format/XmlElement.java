package org.qubestools.backup.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One element of a small document without namespaces; its text counts only while it has no children. */
final class XmlElement {
    private final String name;
    private final Map<String, String> attributes = new LinkedHashMap<>(4);
    private final List<XmlElement> children = new ArrayList<>(0);
    private String text = "";

    XmlElement(String name) {
        this.name = name;
    }

    /** {@code <element name="...">text</element>}, the form of R4's properties and features. */
    static XmlElement named(String element, String name, String text) {
        return new XmlElement(element).with("name", name).withText(text);
    }

    String name() {
        return name;
    }

    /** The value, or null if it is absent. */
    @Nullable
    String attribute(String attribute) {
        return attributes.get(attribute);
    }

    Map<String, String> attributes() {
        return Collections.unmodifiableMap(attributes);
    }

    List<XmlElement> children() {
        return Collections.unmodifiableList(children);
    }

    /** All children of this name. */
    List<XmlElement> children(String child) {
        return children.stream().filter(e -> e.name.equals(child)).toList();
    }

    /** The children of this name of all children of the other name: {@code properties/property}. */
    List<XmlElement> grandchildren(String child, String grandchild) {
        return children(child).stream()
                .flatMap(e -> e.children(grandchild).stream())
                .toList();
    }

    String text() {
        return children.isEmpty() ? text : "";
    }

    XmlElement with(String attribute, String value) {
        attributes.put(attribute, value);
        return this;
    }

    XmlElement withText(String newText) {
        text = newText;
        return this;
    }

    XmlElement with(XmlElement child) {
        children.add(child);
        return this;
    }

    /** Adds the child and returns it, not this. */
    XmlElement adding(XmlElement child) {
        children.add(child);
        return child;
    }
}
