package org.qubestools.devices;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which devices are mounted and which are swapped to, by the tables of this process' mount namespace: mounts of other
 * namespaces are not seen.
 *
 * <p>Formats: proc(5), {@code /proc/pid/mountinfo} and {@code /proc/swaps}.
 */
record UsedNumbers(Set<DeviceNumber> mounted, Set<DeviceNumber> swaps) {
    private static final int NUMBER_FIELD = 2;
    /** Behind the separator: type, source, options. */
    private static final int SOURCE_FIELD = 1;

    static UsedNumbers read(HostRoots roots, NodeNumbers nodes) {
        return new UsedNumbers(
                mounts(KernelFile.table(roots.proc().resolve("self/mountinfo")), nodes),
                swaps(KernelFile.table(roots.proc().resolve("swaps")), nodes));
    }

    static Set<DeviceNumber> mounts(String untrustedTable, NodeNumbers nodes) {
        Set<DeviceNumber> numbers = new HashSet<>();
        for (String line : untrustedTable.split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            Optional<DeviceNumber> number =
                    fields.length > NUMBER_FIELD ? DeviceNumber.parse(fields[NUMBER_FIELD]) : Optional.empty();
            if (number.isPresent() && number.get().major() == 0) {
                // Such as btrfs, whose number is no device's: the source tells one.
                number = numberOf(source(line), nodes);
            }
            add(number, numbers);
        }
        return numbers;
    }

    private static Optional<String> source(String line) {
        int separator = line.indexOf(" - ");
        if (separator < 0) {
            return Optional.empty();
        }
        String[] rest = line.substring(separator + 3).split(" ", -1);
        return rest.length > SOURCE_FIELD ? Optional.of(unescape(rest[SOURCE_FIELD])) : Optional.empty();
    }

    private static Optional<DeviceNumber> numberOf(Optional<String> source, NodeNumbers nodes) {
        return source.isPresent() ? nodes.numberOf(source.get()) : Optional.empty();
    }

    /** No lambdas in this class: it is on the way of every listing. */
    private static void add(Optional<DeviceNumber> number, Set<DeviceNumber> numbers) {
        if (number.isPresent()) {
            numbers.add(number.get());
        }
    }

    static Set<DeviceNumber> swaps(String untrustedTable, NodeNumbers nodes) {
        Set<DeviceNumber> numbers = new HashSet<>();
        for (String line : untrustedTable.split("\n", -1)) {
            int end = line.indexOf(' ') < 0 ? line.indexOf('\t') : line.indexOf(' ');
            if (end > 0 && line.startsWith("/")) {
                add(nodes.numberOf(unescape(line.substring(0, end))), numbers);
            }
        }
        return numbers;
    }

    /** Blanks and backslashes of a path are three octal digits behind a backslash. */
    static String unescape(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 3 < text.length() && isOctal(text, i + 1)) {
                plain.append((char) (Integer.parseInt(text.substring(i + 1, i + 4), 8) & 0xff));
                i += 3;
            } else {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }

    private static boolean isOctal(String text, int from) {
        for (int i = from; i < from + 3; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '7') {
                return false;
            }
        }
        return true;
    }
}
