package org.qubestools.core.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Copies a file of firewall rules as the originals do: read, without the rules that have expired, written anew. */
public final class FirewallCopy {
    private static final long MAX_SIZE = 1024 * 1024;
    private static final List<String> POLICIES = List.of("policy", "dns", "icmp", "yumProxy");
    private static final List<String> RULE = List.of("address", "proto", "netmask", "port", "toport", "expire");

    private FirewallCopy() {}

    /**
     * The text of the copy; null if there is no file, which means the defaults.
     *
     * @param tree what is there after the changes planned so far
     * @param shown the path for messages
     * @throws QubesException FAILED if the file is damaged: it must never be taken for the permissive default
     */
    public static @Nullable String withoutExpired(PlannedTree tree, Path file, String shown, Instant now) {
        if (!tree.exists(file)) {
            return null;
        }
        try {
            byte[] planned = tree.content(file);
            Path source = tree.source(file);
            if (planned == null && Files.size(source) > MAX_SIZE) {
                throw damaged(shown, "it is larger than 1 MiB", null);
            }
            return copy(planned == null ? Files.readAllBytes(source) : planned, shown, now);
        } catch (IOException | XMLStreamException e) {
            throw damaged(shown, "it cannot be read", e);
        }
    }

    private static QubesException damaged(String shown, String reason, @Nullable Exception cause) {
        return new QubesException(ErrorKind.FAILED, shown + ": " + reason, "repair the firewall rules first", cause);
    }

    private static String copy(byte[] bytes, String shown, Instant now) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader in = factory.createXMLStreamReader(new ByteArrayInputStream(bytes));
        StringBuilder out = new StringBuilder();
        int depth = 0;
        while (in.hasNext()) {
            int event = in.next();
            if (event == XMLStreamConstants.DTD) {
                throw damaged(shown, "it has a DOCTYPE", null);
            }
            if (event == XMLStreamConstants.START_ELEMENT) {
                depth++;
                if (depth == 1) {
                    root(in, shown, out);
                } else if (depth == 2 && in.getLocalName().equals("rule") && !isExpired(in, now)) {
                    rule(in, out);
                }
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                depth--;
            }
        }
        in.close();
        return out.append("</QubesFirewallRules>\n").toString();
    }

    private static void root(XMLStreamReader in, String shown, StringBuilder out) {
        if (!R3Firewall.isRoot(in.getLocalName())) {
            throw damaged(shown, "it is no file of firewall rules", null);
        }
        out.append("<QubesFirewallRules");
        for (String name : POLICIES) {
            boolean allow = "allow".equals(in.getAttributeValue(null, name));
            attribute(out, name, allow ? "allow" : "deny");
        }
        out.append(">\n");
    }

    private static boolean isExpired(XMLStreamReader in, Instant now) {
        String expire = in.getAttributeValue(null, "expire");
        try {
            return expire != null && Long.parseLong(expire.strip()) < now.getEpochSecond();
        } catch (NumberFormatException e) {
            return false; // a rule that cannot expire is kept as it is
        }
    }

    private static void rule(XMLStreamReader in, StringBuilder out) {
        out.append("  <rule");
        for (String name : RULE) {
            String value = in.getAttributeValue(null, name);
            if (value == null && name.equals("proto")) {
                value = in.getAttributeValue(null, "port") == null ? "any" : "tcp";
            }
            boolean implied = name.equals("netmask") && "32".equals(value);
            if (value != null && !implied) {
                attribute(out, name, value);
            }
        }
        out.append("/>\n");
    }

    private static void attribute(StringBuilder out, String name, String value) {
        String escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
        out.append(' ').append(name).append("=\"").append(escaped).append('"');
    }
}
