package org.qubestools.cli.frame;

import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Keeps root from making files that the users of group qubes could not use. */
public final class RootRule {
    private RootRule() {}

    /**
     * Refuses to go on as root; to be asked after the usage checks and before the store is touched.
     *
     * @param forced {@code --force-root}, or another option of the tool that stands for it: then nothing is checked
     * @throws QubesException of kind WRONG_STATE
     */
    public static void check(ToolContext ctx, boolean forced) {
        if (!forced && !ctx.isPart() && ctx.host().effectiveUserId() == 0) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "refused to run as root: its files would not belong to group qubes",
                    "run it as an ordinary user of that group, or give --force-root");
        }
    }
}
