package org.qubestools.backup.vm;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * What one call asks a VM for.
 *
 * @param request the wanted prefixes, separated by blanks
 * @param includes which names were meant; the VM's own comparison is too wide, and not to be trusted
 * @param lastNames nothing wanted comes after a member of such a name
 * @param once whether a second member of the same name is a fault
 */
record Wanted(String request, Predicate<String> includes, Set<String> lastNames, boolean once) {
    private static final Set<String> HEADER_NAMES =
            Set.of("backup-header", "backup-header.hmac", "qubes.xml.000", "qubes.xml.000.hmac", "qubes.xml.000.enc");

    Wanted {
        lastNames = Set.copyOf(lastNames);
    }

    /** The header and the qubes.xml of any version. */
    static Wanted header() {
        return new Wanted(
                "backup-header qubes.xml.000",
                HEADER_NAMES::contains,
                Set.of("qubes.xml.000.hmac", "qubes.xml.000.enc"),
                true);
    }

    /** All below these directories, at least one. */
    static Wanted below(List<String> directories) {
        if (directories.isEmpty()) {
            throw new IllegalArgumentException("asked for nothing, a VM would send the whole backup");
        }
        List<String> prefixes = directories.stream().map(Wanted::prefix).toList();
        return new Wanted(
                String.join(" ", prefixes), name -> prefixes.stream().anyMatch(name::startsWith), Set.of(), false);
    }

    /** With the slash the VM does not send vm20 for vm2, nor stop after it because it takes that for all of vm2. */
    private static String prefix(String directory) {
        byte[] bytes = directory.getBytes(StandardCharsets.UTF_8);
        String reason = bytes.length > EntryName.MAX_LENGTH ? "it is too long" : EntryName.reasonAgainst(bytes);
        if (reason == null && directory.contains(" ")) {
            reason = "it contains a blank";
        }
        if (reason != null) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "a VM cannot be asked for '" + SafeText.of(directory) + "' of a backup: " + reason,
                    "copy the backup out of the VM and restore it from there");
        }
        return directory + "/";
    }
}
