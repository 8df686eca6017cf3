package org.qubestools.cli.batch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * The lines of a batch as runs of tools, each of which can be in one and is used in the right way; whatever the store
 * holds.
 *
 * @param steps in the order of their lines
 * @param faults of all lines, in the order of the lines; with one of them nothing of the batch is run
 */
public record BatchPlan(List<Step> steps, List<BatchFault> faults) {
    private static final String INIT = "qvm-init-storage";
    private static final List<Opt<?>> OF_THE_BATCH =
            List.of(CommonOptions.ROOT, CommonOptions.CONNECT, CommonOptions.LOCK_TIMEOUT);

    /** One line and what it stands for. */
    public record Step(BatchLine line, Tool tool, ToolSpec spec, ParsedArguments arguments) {}

    public BatchPlan {
        steps = List.copyOf(steps);
        faults = List.copyOf(faults);
    }

    /** Looks up the tools and reads their arguments. */
    public static BatchPlan of(BatchText text, Function<String, Optional<Tool>> tools) {
        List<Step> steps = new ArrayList<>();
        List<BatchFault> faults = new ArrayList<>(text.faults());
        Map<String, Tool> known = new HashMap<>();
        Map<String, ToolSpec> specs = new HashMap<>();
        for (BatchLine line : text.lines()) {
            try {
                Tool tool = known.computeIfAbsent(line.tool(), name -> require(name, tools));
                ToolSpec spec = specs.computeIfAbsent(line.tool(), name -> tool.spec());
                requireForBatches(spec);
                ParsedArguments arguments = tool.parse(spec, line.arguments());
                check(spec, arguments, steps.isEmpty());
                steps.add(new Step(line, tool, spec, arguments));
            } catch (QubesException e) {
                faults.add(new BatchFault(line.number(), e));
            }
        }
        faults.sort(Comparator.comparingInt(BatchFault::number));
        return new BatchPlan(steps, faults);
    }

    /** True if the first line makes the store. */
    public boolean makesStore() {
        return !steps.isEmpty() && steps.get(0).spec().name().equals(INIT);
    }

    private static Tool require(String untrustedName, Function<String, Optional<Tool>> tools) {
        return tools.apply(untrustedName)
                .orElseThrow(() -> Usage.error("there is no tool '" + SafeText.of(untrustedName) + "'"));
    }

    private static void requireForBatches(ToolSpec spec) {
        if (!spec.isForBatches()) {
            throw Usage.error(spec.name() + " cannot be in a batch, which only changes and shows the store");
        }
    }

    private static void check(ToolSpec spec, ParsedArguments arguments, boolean first) {
        boolean asksForHelp = arguments.has(CommonOptions.HELP) || arguments.has(CommonOptions.VERSION);
        if (asksForHelp) {
            throw Usage.error(spec.name() + ": the line does nothing but print a text");
        }
        for (Opt<?> option : OF_THE_BATCH) {
            if (arguments.has(option)) {
                throw Usage.error(spec.name() + ": give option " + option.longestName() + " to qvm-batch itself");
            }
        }
        boolean init = spec.name().equals(INIT);
        if (init && !first) {
            throw Usage.error(INIT + " can only be the first command of a batch");
        }
        if (init && arguments.has(CommonOptions.DRY_RUN)) {
            throw Usage.error(INIT + ": give option --dry-run to qvm-batch itself");
        }
    }
}
