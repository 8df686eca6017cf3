package org.qubestools.core.repair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.MacAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.xml.MalformedXml;
import org.qubestools.core.xml.XmlElement;
import org.qubestools.core.xml.XmlTreeReader;

/**
 * What the directory of a VM tells of it: its place, its images, its icon, and the configuration {@code NAME.conf} that
 * R3 and we write there at every definition. What nothing tells is null, or 0.
 *
 * @param hvm whether the configuration is that of an HVM
 * @param hasRoot whether it has a root image of its own
 * @param template name of the template whose root image it was started with
 * @param memory MiB
 * @param maxmem MiB
 * @param qid that its address on the network follows from
 * @param netvm name of the VM that its network came from
 */
record DirectoryFacts(
        boolean hvm,
        boolean hasRoot,
        @Nullable String template,
        @Nullable Label label,
        @Nullable String uuid,
        long memory,
        long maxmem,
        long vcpus,
        int qid,
        @Nullable String netvm) {
    private static final long MAX_BYTES = 1 << 20;
    private static final String TEMPLATES = "/" + VmClass.TEMPLATE.subdirectory() + "/";

    static DirectoryFacts of(Path directory, String name) {
        XmlElement domain = configuration(directory.resolve(name + ".conf"));
        XmlElement none = new XmlElement("domain");
        XmlElement known = domain == null ? none : domain;
        boolean hvm = "hvm".equals(text(child(known, "os"), "type"));
        return new DirectoryFacts(
                hvm,
                Files.exists(directory.resolve("root.img")),
                template(known),
                label(directory.resolve("icon.png")),
                uuid(text(known, "uuid")),
                mebibytes(known, "currentMemory"),
                hvm ? 0 : mebibytes(known, "memory"),
                number(text(known, "vcpu")),
                qid(known),
                interfacePart(known, "backenddomain", "name"));
    }

    /** The document; null if there is none, or one of R2, which is no XML. */
    private static @Nullable XmlElement configuration(Path file) {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MAX_BYTES) {
                return null;
            }
            XmlElement root = XmlTreeReader.read(Files.readAllBytes(file));
            return root.name().equals("domain") ? root : null;
        } catch (IOException | MalformedXml e) {
            return null; // then it tells nothing
        }
    }

    private static @Nullable XmlElement child(@Nullable XmlElement parent, String name) {
        return parent == null || parent.children(name).isEmpty()
                ? null
                : parent.children(name).get(0);
    }

    private static @Nullable String text(@Nullable XmlElement parent, String name) {
        XmlElement child = child(parent, name);
        return child == null ? null : child.text().strip();
    }

    private static @Nullable String template(XmlElement domain) {
        for (XmlElement disk : domain.grandchildren("devices", "disk")) {
            XmlElement source = child(disk, "source");
            String path = source == null ? null : source.attribute("dev");
            path = path == null && source != null ? source.attribute("file") : path;
            int at = path == null ? -1 : path.indexOf(TEMPLATES);
            int end = at < 0 || path == null ? -1 : path.indexOf("/root.img", at + TEMPLATES.length());
            if (path != null && end > 0) {
                return path.substring(at + TEMPLATES.length(), end);
            }
        }
        return null;
    }

    private static @Nullable Label label(Path icon) {
        try {
            String target =
                    Files.isSymbolicLink(icon) ? Files.readSymbolicLink(icon).toString() : "";
            for (Label label : Label.values()) {
                if (target.equals(VmFiles.iconTarget(label, false))) {
                    return label;
                }
            }
        } catch (IOException e) {
            return null; // then it tells nothing
        }
        return null;
    }

    private static @Nullable String uuid(@Nullable String text) {
        try {
            return text == null ? null : UUID.fromString(text).toString();
        } catch (IllegalArgumentException e) {
            return null; // then it tells nothing
        }
    }

    private static long mebibytes(XmlElement domain, String name) {
        XmlElement element = child(domain, name);
        if (element == null) {
            return 0;
        }
        String unit = element.attribute("unit");
        long number = number(element.text().strip());
        return "MiB".equals(unit) ? number : unit == null || unit.equals("KiB") ? number / 1024 : 0;
    }

    /** 0 for everything but a number of at most nine digits. */
    private static long number(@Nullable String text) {
        boolean digits = text != null && !text.isEmpty() && text.length() <= 9;
        for (int i = 0; digits && text != null && i < text.length(); i++) {
            digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        return digits && text != null ? Long.parseLong(text) : 0;
    }

    private static @Nullable String interfacePart(XmlElement domain, String element, String attribute) {
        for (XmlElement network : domain.grandchildren("devices", "interface")) {
            XmlElement part = child(network, element);
            return part == null ? null : part.attribute(attribute);
        }
        return null;
    }

    private static int qid(XmlElement domain) {
        String mac = interfacePart(domain, "mac", "address");
        for (int qid = 1; mac != null && qid <= QubesVm.MAX_ID; qid++) {
            if (MacAddress.ofQid(qid).equals(mac.toUpperCase(Locale.ROOT))) {
                return qid;
            }
        }
        return 0;
    }
}
