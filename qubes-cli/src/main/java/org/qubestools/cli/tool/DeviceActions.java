package org.qubestools.cli.tool;

import java.util.function.Supplier;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.devices.DeviceException;

/** What the tools for devices have in common. */
final class DeviceActions {
    private DeviceActions() {}

    /** Several actions leave with 1, as in the originals, where other wrong usage leaves with 2. */
    static void requireOne(ParsedArguments args, Opt<?>... actions) {
        int given = 0;
        StringBuilder names = new StringBuilder();
        for (Opt<?> action : actions) {
            given += args.has(action) ? 1 : 0;
            names.append(names.isEmpty() ? "" : ", ").append(action.names().get(0));
        }
        if (given > 1) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "only one of " + names + " can be given");
        }
    }

    /** The VM of an operand; one that is not there is wrong usage. */
    static QubesVm vm(VmCollection vms, String untrustedName) {
        try {
            return vms.require(untrustedName);
        } catch (QubesException e) {
            throw Usage.error(String.valueOf(e.getMessage()));
        }
    }

    /** What an operand means; one that means nothing is wrong usage. */
    static <T> T operand(Supplier<T> parser) {
        try {
            return parser.get();
        } catch (DeviceException e) {
            String hint = e.hint().map("; "::concat).orElse("");
            throw Usage.error(e.getMessage() + hint);
        }
    }
}
