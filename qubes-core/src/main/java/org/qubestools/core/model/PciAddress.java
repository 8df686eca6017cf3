package org.qubestools.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Address of a PCI device of domain 0000, as {@code BB:DD.F} in lower case hex. */
public record PciAddress(String value) {
    public PciAddress {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not a PCI address");
        }
    }

    /** Accepts {@code BB:DD.F} in any case, with or without {@code 0000:}; null for anything else. */
    public static @Nullable PciAddress parse(String untrusted) {
        String text = untrusted.startsWith("0000:") ? untrusted.substring(5) : untrusted;
        String lower = text.toLowerCase(Locale.ROOT);
        return isValid(lower) ? new PciAddress(lower) : null;
    }

    static List<PciAddress> parseAll(List<String> texts) throws MalformedValue {
        List<PciAddress> addresses = new ArrayList<>(texts.size());
        for (String text : texts) {
            PciAddress address = parse(text);
            if (address == null) {
                throw new MalformedValue(ProblemCode.BAD_LIST, "an item is no PCI address BB:DD.F");
            }
            addresses.add(address);
        }
        return addresses;
    }

    /** The list that a user gives, in the form of the store; null if it is malformed. */
    public static @Nullable List<PciAddress> parseUserList(String untrusted) {
        try {
            return parseAll(PyLiteral.parseList(untrusted));
        } catch (MalformedValue e) {
            return null;
        }
    }

    /** The list as the store and the tools spell it. */
    public static String formatList(List<PciAddress> addresses) {
        return ValueType.PCI_LIST.format(addresses);
    }

    private static boolean isValid(String text) {
        return text.length() == 7
                && isHex(text, 0)
                && isHex(text, 1)
                && text.charAt(2) == ':'
                && isHex(text, 3)
                && isHex(text, 4)
                && text.charAt(3) < '2'
                && text.charAt(5) == '.'
                && text.charAt(6) >= '0'
                && text.charAt(6) <= '7';
    }

    private static boolean isHex(String text, int at) {
        char c = text.charAt(at);
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    @Override
    public String toString() {
        return value;
    }
}
