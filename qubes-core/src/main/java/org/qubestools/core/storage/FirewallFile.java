package org.qubestools.core.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;
import org.qubestools.core.xml.MalformedXml;
import org.qubestools.core.xml.XmlElement;
import org.qubestools.core.xml.XmlText;
import org.qubestools.core.xml.XmlTreeReader;

/** The file of a VM's firewall rules; where there is none the defaults of its class count. */
public final class FirewallFile {
    /** Bytes of the largest file that is read. */
    static final int MAX_SIZE = 1024 * 1024;

    /** Mode of the file: the group of the store's files may change it. */
    public static final int MODE = 0664;

    private static final String HINT = "repair the firewall rules first";

    private FirewallFile() {}

    /**
     * The firewall of a VM, without the rules that have expired.
     *
     * @throws QubesException FAILED if the file is damaged or cannot be read, naming it: it must never be taken for the
     *     permissive default
     */
    public static Firewall read(RealPaths paths, VmView vm, Instant now) {
        return read(new PlannedTree(), paths, vm, now);
    }

    /** The same as it will be after what is planned. */
    public static Firewall read(PlannedTree tree, RealPaths paths, VmView vm, Instant now) {
        String shown = pathOf(vm);
        Path real = paths.real(shown);
        // Whatever is there and cannot be followed is damage, not absence.
        if (!tree.exists(real)) {
            return Firewall.defaultOf(vm.vm().vmClass());
        }
        try {
            byte[] planned = tree.content(real);
            byte[] bytes = planned == null ? bytes(tree.source(real)) : planned;
            if (bytes.length > MAX_SIZE) {
                throw new QubesException(ErrorKind.FAILED, shown + ": it is larger than 1 MiB", HINT);
            }
            return parse(bytes).withoutExpired(now);
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, shown + ": it cannot be read: " + IoReason.of(e), HINT, e);
        } catch (MalformedXml e) {
            throw new QubesException(ErrorKind.FAILED, shown + ": " + e.reason(), HINT, e);
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_SIZE + 1);
        }
    }

    /** Where the rules of a VM are; FAILED if that is nowhere. */
    public static String pathOf(VmView vm) {
        String shown = vm.files().firewall();
        if (vm.vm().vmClass() == VmClass.ADMIN) {
            throw new QubesException(
                    ErrorKind.FAILED, "dom0 gets no network, so it has no firewall rules", "name another VM");
        }
        if (shown == null) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + SafeText.of(vm.vm().name()) + "' has no usable path for its firewall rules");
        }
        return shown;
    }

    /** The firewall that a document in R3's form describes, rules that have expired too. */
    public static Firewall parse(byte[] untrustedXml) throws MalformedXml {
        XmlElement root = XmlTreeReader.read(untrustedXml);
        if (!R3Firewall.isRoot(root.name())) {
            throw new MalformedXml("it is no file of firewall rules");
        }
        return R3Firewall.read(root);
    }

    /** The document in R3's form, to be written as UTF-8. */
    public static String text(Firewall firewall) {
        return XmlText.of(R3Firewall.write(firewall));
    }
}
