package org.qubestools.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lists the USB devices that VMs publish in their QubesDBs, by the keys of {@code qubes-usb-proxy}. */
public final class QubesDbUsbScanner {
    /** Where VMs publish them. */
    public static final String DIRECTORY = "/qubes-usb-devices/";

    private static final int MAX_DESCRIPTION = 255;

    private final Set<String> knownVms;

    /** {@code knownVms}: names of all VMs in the store. */
    public QubesDbUsbScanner(Set<String> knownVms) {
        this.knownVms = Set.copyOf(knownVms);
    }

    /** The devices of one VM, as {@link QubesDbBlockScanner#scan}. */
    public Listing<UsbDevice> scan(PublishingVm vm) throws InterruptedException {
        PublishedEntries entries = PublishedEntries.of(vm, DIRECTORY);
        List<UsbDevice> devices = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        for (Map.Entry<String, Map<String, ByteText>> entry : entries.byName().entrySet()) {
            ByteText desc = entry.getValue().get("desc");
            String user = user(entry.getValue());
            ListReason reason = reasonAgainst(entry.getKey(), desc, user);
            if (desc == null || reason != null) {
                refused.add(new Refused(entry.getKey(), Objects.requireNonNullElse(reason, ListReason.MISSING_FIELD)));
            } else {
                devices.add(device(vm.name(), entry.getKey(), desc, user));
            }
        }
        return new Listing<>(devices, refused, entries.cut());
    }

    private static @Nullable ListReason reasonAgainst(
            String untrustedName, @Nullable ByteText untrustedDesc, String untrustedUser) {
        if (!isPort(untrustedName)) {
            return ListReason.BAD_NAME;
        }
        if (untrustedDesc == null) {
            return ListReason.MISSING_FIELD;
        }
        boolean printable = untrustedDesc.printable().equals(untrustedDesc.latin1());
        if (!printable || untrustedDesc.length() == 0 || untrustedDesc.length() > MAX_DESCRIPTION) {
            return ListReason.BAD_DESC;
        }
        return untrustedUser.isEmpty() || isVmName(untrustedUser) ? null : ListReason.BAD_CONNECTED_TO;
    }

    private UsbDevice device(String vm, String name, ByteText desc, String user) {
        boolean known = knownVms.contains(user);
        boolean unknown = !known && !user.isEmpty();
        return new UsbDevice(vm, name.replace('_', '.'), desc.printable(), known ? user : null, unknown);
    }

    private static String user(Map<String, ByteText> fields) {
        ByteText user = fields.get("connected-to");
        return user == null ? "" : user.latin1();
    }

    /** Digits, a dash, digits, and more digits behind underscores. */
    static boolean isPort(String untrusted) {
        int dash = untrusted.indexOf('-');
        if (dash < 0 || !TextScan.isDigits(untrusted.substring(0, dash))) {
            return false;
        }
        String rest = untrusted.substring(dash + 1);
        int from = 0;
        for (int end = rest.indexOf('_'); end >= 0; end = rest.indexOf('_', from)) {
            if (!TextScan.isDigits(rest.substring(from, end))) {
                return false;
            }
            from = end + 1;
        }
        return TextScan.isDigits(rest.substring(from));
    }

    private static boolean isVmName(String untrusted) {
        for (int i = 0; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            boolean letter = TextScan.isLetter(c) || (c >= 'A' && c <= 'Z');
            if (!letter && (i == 0 || !(TextScan.isDigit(c) || c == '_' || c == '.' || c == '-'))) {
                return false;
            }
        }
        return true;
    }
}
