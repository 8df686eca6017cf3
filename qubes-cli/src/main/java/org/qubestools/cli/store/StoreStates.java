package org.qubestools.cli.store;

import org.qubestools.cli.frame.InputFiles;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.Qubes;
import org.qubestools.core.history.Generation;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.store.StoreSnapshot;

/** States of the store as users name them: by the number of a generation, or as a file. */
final class StoreStates {
    private static final int MAX_DIGITS = 9;

    private final Qubes qubes;

    StoreStates(Qubes qubes) {
        this.qubes = qubes;
    }

    /** The generation of this number. */
    Generation generation(String untrustedNumber) {
        if (!isNumber(untrustedNumber)) {
            throw Usage.error("'" + SafeText.of(untrustedNumber) + "' is no number of a change");
        }
        return qubes.history().get(Integer.parseInt(untrustedNumber));
    }

    private static boolean isNumber(String text) {
        boolean digits = !text.isEmpty() && text.length() <= MAX_DIGITS;
        for (int i = 0; i < text.length(); i++) {
            digits &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        return digits;
    }

    /** What the store was before the generation of this number, or what the file of this name says. */
    StoreSnapshot named(String untrusted) {
        return isNumber(untrusted) ? before(generation(untrusted)) : qubes.readCopy(InputFiles.path(untrusted));
    }

    StoreSnapshot before(Generation generation) {
        return qubes.parseCopy(
                "the store before change " + generation.number(),
                qubes.history().before(generation));
    }

    StoreSnapshot after(Generation generation) {
        byte[] after = qubes.history().after(generation, qubes.load().bytes());
        return qubes.parseCopy("the store behind change " + generation.number(), after);
    }
}
