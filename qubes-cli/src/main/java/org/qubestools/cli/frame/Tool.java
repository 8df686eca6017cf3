package org.qubestools.cli.frame;

import java.io.IOException;
import java.util.List;
import org.qubestools.cli.option.OptparseDialect;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.error.QubesException;

/**
 * A command line tool: what it takes, and one run of it. A tool has no state between the two; it checks its usage
 * first, then asks {@link RootRule} if it has {@code --force-root}, then touches the store.
 */
public interface Tool {
    /** Name, purpose, options, operands and examples; made anew at each call, asked once in a run. */
    ToolSpec spec();

    /**
     * Reads the command line by the {@linkplain #spec spec}.
     *
     * @throws QubesException of kind USAGE
     */
    default ParsedArguments parse(ToolSpec spec, List<String> untrustedWords) {
        return OptparseDialect.parse(spec, untrustedWords);
    }

    /**
     * Does the work, writes results to {@code ctx.out()} and returns the exit code. The caller flushes the output and
     * reports every exception.
     *
     * @throws IOException if a file fails that no {@code QubesException} describes better
     */
    int run(ParsedArguments args, ToolContext ctx) throws IOException;
}
