package org.qubestools.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.TempName;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;

/**
 * The names of a store in a small file beside it, which shells read to complete words without starting Java.
 *
 * <p>A line is a kind ({@code vm}, {@code template}, {@code netvm}, {@code service}), a blank and a name; behind a VM's name
 * stands its class. Only names that mean nothing to a shell are in it. The file has the time of the store that it was made
 * of: where the store is newer, an original tool or an editor was there in between, and the list counts for nothing. It
 * appears with the first completion in a shell and is written anew by each save from then on. It is a copy of what the
 * store says, so no step of it is durable and none can make anything fail.
 */
public final class NameList {
    /** Below the root. */
    public static final String PATH = "/var/lib/qubes/.qvm-names";

    private NameList() {}

    /** The lines for these VMs. */
    public static String text(VmCollection vms) {
        StringBuilder lines = new StringBuilder();
        Set<String> services = new TreeSet<>();
        for (QubesVm vm : vms.byQidOrder()) {
            if (!vm.hasGoodName() || vms.isDuplicateName(vm)) {
                continue;
            }
            line(lines, "vm", vm);
            if (vm.vmClass().isTemplate()) {
                line(lines, "template", vm);
            } else if (vm.vmClass().givesNetwork() && vm.qid() != 0) {
                line(lines, "netvm", vm);
            }
            services.addAll(
                    vm.getOr(Attributes.SERVICES, Map.<String, Boolean>of()).keySet());
        }
        for (String service : services) {
            if (isHarmless(service)) {
                lines.append("service ").append(service).append('\n');
            }
        }
        return lines.toString();
    }

    private static void line(StringBuilder lines, String kind, QubesVm vm) {
        lines.append(kind).append(' ').append(vm.name()).append(' ');
        lines.append(vm.vmClass().typeName()).append('\n');
    }

    private static boolean isHarmless(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!plain && c != '_' && c != '.' && c != '-') {
                return false;
            }
        }
        return !word.isEmpty();
    }

    /** The time that {@link #write} is told: that of the store, to be asked for before it is read. */
    public static FileTime timeOf(QubesConfig config) throws IOException {
        return Files.getLastModifiedTime(config.store());
    }

    /**
     * Makes the list; where that cannot be done there is the old one or none.
     *
     * @param time of the store that {@code vms} were read from
     */
    public static void write(QubesConfig config, VmCollection vms, FileTime time) {
        Path list = config.real(PATH);
        Path fresh = TempName.beside(list);
        try {
            Files.writeString(
                    fresh,
                    text(vms),
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
            Ownership ownership = StoreOwnership.of(config);
            ownership.giveTo(FileLayer.system(), fresh, config.store());
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-rw----"));
            Files.setLastModifiedTime(fresh, time);
            Files.move(fresh, list, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            discard(fresh);
        }
    }

    private static void discard(Path fresh) {
        try {
            Files.deleteIfExists(fresh);
        } catch (IOException e) {
            // The list is of no use to anybody but shells, which find it old and ask a tool.
        }
    }

    /** After a save: makes the list again if there is one. Under the lock of the store. */
    static void refresh(QubesConfig config, VmCollection vms) {
        if (Files.exists(config.real(PATH), LinkOption.NOFOLLOW_LINKS)) {
            try {
                write(config, vms, timeOf(config));
            } catch (IOException e) {
                // The store was there a moment ago; whoever took it away has no use for its names.
            }
        }
    }
}
