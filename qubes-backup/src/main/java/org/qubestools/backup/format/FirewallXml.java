package org.qubestools.backup.format;

import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.storage.Firewall;
import org.qubestools.core.storage.R3Firewall;
import org.qubestools.core.xml.MalformedXml;
import org.qubestools.core.xml.XmlElement;
import org.qubestools.core.xml.XmlText;
import org.qubestools.core.xml.XmlTreeReader;

/** The firewall rules of a VM in the forms of R3 and R4, which know different rules. */
public final class FirewallXml {
    private FirewallXml() {}

    /**
     * Rules in the other form.
     *
     * @param xml the document, to be written as UTF-8
     * @param remarks what could not be kept, a line each, fit for a terminal
     */
    public record Translated(String xml, List<String> remarks) {
        public Translated {
            remarks = List.copyOf(remarks);
        }
    }

    /**
     * R3's {@code firewall.xml} in the form of R4; if R4 cannot hold a rule, everything is denied and a remark says so.
     *
     * @param shown the path for messages
     * @throws QubesException FAILED if the file is damaged: it must never be taken for the permissive default
     */
    public static Translated toR4(String shown, byte[] untrustedXml) {
        XmlElement root = r3Root(shown, untrustedXml);
        try {
            return new Translated(XmlText.of(R4Firewall.write(R3Firewall.read(root))), List.of());
        } catch (MalformedXml e) {
            return new Translated(XmlText.of(R4Firewall.write(Firewall.DENY_EVERYTHING)), List.of(denied(e)));
        }
    }

    /**
     * R4's {@code firewall.xml} in the form of R3; if it is no plain list of exceptions to one policy, everything is
     * denied and a remark says so. A file that R4 left in R3's form is accepted.
     *
     * @param shown the name for messages
     * @throws QubesException CORRUPT_BACKUP if the file is damaged
     */
    public static Translated toR3(String shown, byte[] untrustedXml) {
        XmlElement root;
        try {
            root = XmlTreeReader.read(untrustedXml);
        } catch (MalformedXml e) {
            throw new QubesException(ErrorKind.CORRUPT_BACKUP, shown + ": " + e.reason());
        }
        boolean r3 = R3Firewall.isRoot(root.name());
        if (!r3 && !root.name().equals(R4Firewall.ROOT)) {
            throw new QubesException(ErrorKind.CORRUPT_BACKUP, shown + ": it is no file of firewall rules");
        }
        try {
            Firewall firewall = r3 ? R3Firewall.read(root) : R4Firewall.read(root);
            List<String> remarks = R4Firewall.hasComments(root) && !r3
                    ? List.of("the comments of its firewall rules are not kept")
                    : List.of();
            return new Translated(XmlText.of(R3Firewall.write(firewall)), remarks);
        } catch (MalformedXml e) {
            return new Translated(XmlText.of(R3Firewall.write(Firewall.DENY_EVERYTHING)), List.of(denied(e)));
        }
    }

    /** The root of R3's file; FAILED if it is damaged. */
    static XmlElement r3Root(String shown, byte[] untrustedXml) {
        try {
            XmlElement root = XmlTreeReader.read(untrustedXml);
            if (!R3Firewall.isRoot(root.name())) {
                throw new MalformedXml("it is no file of firewall rules");
            }
            return root;
        } catch (MalformedXml e) {
            throw new QubesException(ErrorKind.FAILED, shown + ": " + e.reason(), "repair the firewall rules first", e);
        }
    }

    private static String denied(MalformedXml reason) {
        return "its firewall denies everything now, the rules could not be kept: " + reason.reason();
    }
}
