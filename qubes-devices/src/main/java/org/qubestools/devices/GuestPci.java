package org.qubestools.devices;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.QrexecCall;
import org.qubestools.core.runtime.QrexecClient;
import org.qubestools.core.runtime.QrexecCommand;
import org.qubestools.core.runtime.XenStore;

/** A PCI device as a guest on Xen sees it, and the request that the guest let it go. */
final class GuestPci {
    private static final String SERVICE = "qubes.DetachPciDevice";
    private static final int MAX_DEVICES = 256;
    private static final int HEX = 16;
    private static final int FUNCTIONS = 8;

    private GuestPci() {}

    /**
     * Slot and function in the guest, {@code 05.0}: {@code vdev-N} of Linux' pciback, else {@code vdevfn-N} of libxl.
     *
     * @param domain number of the domain
     * @return empty if xenstore knows nothing of the device there
     */
    static Optional<String> slot(XenStore store, int domain, PciAddress device) {
        String folder = "/local/domain/0/backend/pci/" + domain + "/0/";
        long count = TextScan.decimal(
                store.readUntrusted(folder + "num_devs").orElse("").strip());
        for (int i = 0; i < Math.min(count, MAX_DEVICES); i++) {
            String untrusted = store.readUntrusted(folder + "dev-" + i).orElse("");
            if (isAddress(untrusted, device)) {
                Optional<String> seen =
                        store.readUntrusted(folder + "vdev-" + i).flatMap(GuestPci::slotOf);
                return seen.isPresent()
                        ? seen
                        : store.readUntrusted(folder + "vdevfn-" + i).flatMap(GuestPci::slotOfNumber);
            }
        }
        return Optional.empty();
    }

    private static boolean isAddress(String untrusted, PciAddress device) {
        return PciName.find(untrusted.strip())
                .flatMap(PciName::stored)
                .filter(device::equals)
                .isPresent();
    }

    /** Of {@code 0000:00:05.00}: pciback writes the function with two digits. */
    private static Optional<String> slotOf(String untrusted) {
        String text = untrusted.strip();
        int colon = text.lastIndexOf(':');
        int dot = text.indexOf('.', colon + 1);
        return colon < 0 || dot < 0
                ? Optional.empty()
                : slot(hex(text.substring(colon + 1, dot)), hex(text.substring(dot + 1)));
    }

    private static Optional<String> slotOfNumber(String untrusted) {
        int number = hex(untrusted.strip());
        return number < 0 ? Optional.empty() : slot(number / FUNCTIONS, number % FUNCTIONS);
    }

    private static Optional<String> slot(int slot, int function) {
        boolean good = slot >= 0 && slot <= 0x1f && function >= 0 && function < FUNCTIONS;
        return good
                ? Optional.of((slot < HEX ? "0" : "") + Integer.toHexString(slot) + "." + function)
                : Optional.empty();
    }

    private static int hex(String untrusted) {
        int value = 0;
        for (int i = 0; i < untrusted.length(); i++) {
            int digit = Character.digit(untrusted.charAt(i), HEX);
            if (digit < 0 || value > 0xff) {
                return -1;
            }
            value = value * HEX + digit;
        }
        return untrusted.isEmpty() ? -1 : value;
    }

    /** Asks the guest to let a device go, and waits for its answer; FAILED with what it said. */
    static void release(QrexecClient qrexec, String vm, String slot) {
        QrexecCommand command = new QrexecCommand(
                new VmName(vm), "root", QrexecCommand.service(SERVICE, PublishingVm.DOM0), null, false, false);
        try (QrexecCall call = qrexec.call(command)) {
            call.ignoreOutput();
            send(call, "00:" + slot);
            int status = call.awaitExit();
            if (status != 0) {
                String words = call.errorText();
                throw new QubesException(
                        ErrorKind.FAILED,
                        SERVICE + " failed in VM '" + SafeText.of(vm) + "'"
                                + (words.isEmpty() ? " with exit status " + status : ": " + words));
            }
        }
    }

    /** A service that ended without reading tells more by its exit status. */
    private static void send(QrexecCall call, String input) {
        try (OutputStream out = call.input()) {
            out.write(input.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return;
        }
    }
}
