package org.qubestools.cli.frame;

import java.io.IOException;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;

/**
 * A command line tool: what it takes, and one run of it. A tool has no state between the two; it checks its usage
 * first, then asks {@link RootRule} if it has {@code --force-root}, then touches the store.
 */
public interface Tool {
    /** Name, purpose, options, operands and examples; made anew at each call, asked once in a run. */
    ToolSpec spec();

    /**
     * Does the work, writes results to {@code ctx.out()} and returns the exit code. The caller flushes the output and
     * reports every exception.
     *
     * @throws IOException if a file fails that no {@code QubesException} describes better
     */
    int run(ParsedArguments args, ToolContext ctx) throws IOException;
}
