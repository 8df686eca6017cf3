package org.qubestools.cli.backup;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.qubestools.cli.frame.ToolContext;

/** A question that is answered by one line of standard input. */
public final class Question {
    private Question() {}

    /** True if the answer begins with y; the end of input is no. */
    public static boolean yes(String text, ToolContext ctx) {
        ctx.out().flush();
        ctx.err().print(text);
        ctx.err().flush();
        try {
            int first = ctx.in().read();
            int b = first;
            while (b >= 0 && b != '\n') {
                b = ctx.in().read();
            }
            return first == 'y' || first == 'Y';
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
