package org.qubestools.backup.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.storage.R3Firewall;
import org.qubestools.core.xml.Digits;
import org.qubestools.core.xml.MalformedXml;
import org.qubestools.core.xml.XmlElement;

/** One {@code domain} element of R4's document, and what {@link R4QubesXml} wrote into it for itself. */
final class R4Domain {
    /** Name of the elements that hold what R3 stored. */
    static final String STORED = "qubes-r3";

    private final XmlElement element;
    private final Map<String, String> properties;
    private final Map<String, String> features;

    /** Refuses the whole backup if a property or feature is there twice: its readers would not agree on the value. */
    R4Domain(XmlElement element) {
        this.element = element;
        this.properties = named(element.grandchildren("properties", "property"));
        this.features = named(element.grandchildren("features", "feature"));
    }

    /** Name to text of elements with a {@code name}. */
    static Map<String, String> named(List<XmlElement> elements) {
        Map<String, String> values = new LinkedHashMap<>();
        for (XmlElement value : elements) {
            String name = value.attribute("name");
            if (name == null || values.put(name, value.text()) != null) {
                throw Refusal.because("a property or feature is given twice or has no name");
            }
        }
        return values;
    }

    String type() {
        return Objects.requireNonNullElse(element.attribute("class"), "");
    }

    boolean isAdmin() {
        return type().equals("AdminVM");
    }

    /** As the R4 part says, which may be a bad one; {@code dom0} for dom0, empty without one. */
    String name() {
        return isAdmin() ? "dom0" : properties.getOrDefault("name", "");
    }

    /** The text as the R4 part says, {@code 0} for dom0, empty without one. */
    String qid() {
        return isAdmin() ? "0" : properties.getOrDefault("qid", "");
    }

    Map<String, String> properties() {
        return properties;
    }

    Map<String, String> features() {
        return features;
    }

    boolean isInBackup() {
        return !features.getOrDefault("backup-content", "").isEmpty();
    }

    /** Without the slash at its end. */
    String path() {
        String path = features.getOrDefault("backup-path", "");
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** Bytes, 0 if they are not told; null if it is no number. */
    @Nullable
    Long size() {
        String text = features.getOrDefault("backup-size", "0");
        try {
            return Digits.number(text);
        } catch (MalformedXml e) {
            return null;
        }
    }

    List<String> tags() {
        return element.grandchildren("tags", "tag").stream()
                .map(tag -> Objects.requireNonNullElse(tag.attribute("name"), ""))
                .toList();
    }

    List<XmlElement> deviceLists() {
        return element.children("devices");
    }

    boolean hasStored() {
        return !element.children(STORED).isEmpty();
    }

    /** The VM's element of R3's store; null if there is not exactly one. */
    @Nullable
    XmlElement stored() {
        List<XmlElement> found = new ArrayList<>();
        for (XmlElement holder : element.children(STORED)) {
            for (XmlElement child : holder.children()) {
                if (VmClass.ofElement(child.name()) != null) {
                    found.add(child);
                }
            }
        }
        return found.size() == 1 ? found.get(0) : null;
    }

    /** The root element of R3's firewall rules; null if there is not exactly one. */
    @Nullable
    XmlElement firewall() {
        List<XmlElement> found = element.grandchildren(STORED, R3Firewall.ROOT);
        return found.size() == 1 ? found.get(0) : null;
    }
}
