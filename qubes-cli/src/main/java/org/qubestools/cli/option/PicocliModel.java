package org.qubestools.cli.option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * A tool's options as picocli sees them: for the help text here, for the manual page and the completion at build time.
 * Loaded only then: picocli's model alone would double the start-up time of a run.
 */
public final class PicocliModel {
    private static final int WIDTH = 100;
    private static final int OPTION_WIDTH = 32;
    private static final int COMMAND_GAP = 3;

    private PicocliModel() {}

    /** The help text, ending in a line end; with colours only if {@code colours}. */
    public static String help(ToolSpec spec, boolean colours) {
        CommandLine commandLine = new CommandLine(commandSpec(spec));
        return commandLine.getUsageMessage(colours ? Ansi.ON : Ansi.OFF);
    }

    /** The model for picocli's generators; a new one at each call. */
    public static CommandSpec commandSpec(ToolSpec spec) {
        CommandSpec model = CommandSpec.create().name(spec.name());
        for (Opt<?> option : spec.ownOptions()) {
            model.addOption(optionSpec(option));
        }
        for (Opt<?> option : spec.commonOptions()) {
            model.addOption(optionSpec(option));
        }
        if (spec.maxOperands() > 0) {
            model.addPositional(PositionalParamSpec.builder()
                    .paramLabel(spec.operandSynopsis())
                    .type(List.class)
                    .auxiliaryTypes(String.class)
                    .arity(spec.minOperands() + "..*")
                    .hidden(true)
                    .build());
        }
        if (spec.isLikeGetopt()) {
            model.parser().separator(" "); // a short option takes "=" for the beginning of its value
        }
        describe(model.usageMessage(), spec);
        return model;
    }

    private static void describe(UsageMessageSpec usage, ToolSpec spec) {
        String operands = spec.operandSynopsis().isEmpty() ? "" : " " + spec.operandSynopsis();
        usage.width(WIDTH)
                .longOptionsMaxWidth(OPTION_WIDTH)
                .sortOptions(false)
                .customSynopsis(escape(spec.name() + " [options]" + operands))
                .description(description(spec))
                .descriptionHeading("%n")
                .optionListHeading("%nOptions:%n")
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(exitCodes(spec));
        if (!spec.examples().isEmpty()) {
            usage.footerHeading("%nExamples:%n").footer(examples(spec));
        }
    }

    private static String[] description(ToolSpec spec) {
        List<String> lines = new ArrayList<>();
        lines.add(
                Character.toUpperCase(spec.purpose().charAt(0)) + spec.purpose().substring(1) + ".");
        lines.addAll(spec.notes());
        int width = 0;
        for (ToolSpec.Command command : spec.explainedCommands()) {
            width = Math.max(width, command.synopsis().length());
        }
        if (width > 0) {
            lines.add("");
            lines.add("Commands:");
        }
        for (ToolSpec.Command command : spec.explainedCommands()) {
            String gap = " ".repeat(width - command.synopsis().length() + COMMAND_GAP);
            lines.add("  " + command.synopsis() + gap + command.meaning());
        }
        lines.replaceAll(PicocliModel::escape);
        return lines.toArray(new String[0]);
    }

    private static Map<String, String> exitCodes(ToolSpec spec) {
        Map<Integer, String> codes = new TreeMap<>();
        codes.put(0, "done");
        codes.put(1, "refused or failed");
        if (!spec.isLikeGetopt()) {
            codes.put(2, "wrong options or operands");
        }
        if (spec.usesStore()) {
            codes.put(10, "the store is missing or unreadable");
            codes.put(11, "the store stayed locked");
        }
        for (ToolSpec.Code own : spec.exitCodes()) {
            codes.put(own.code(), own.meaning());
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<Integer, String> code : codes.entrySet()) {
            texts.put(code.getKey().toString(), escape(code.getValue()));
        }
        return texts;
    }

    private static String[] examples(ToolSpec spec) {
        String[] lines = new String[2 * spec.examples().size()];
        for (int i = 0; i < spec.examples().size(); i++) {
            ToolSpec.Example example = spec.examples().get(i);
            lines[2 * i] = escape("  " + example.commandLine());
            lines[2 * i + 1] = escape("      " + example.meaning());
        }
        return lines;
    }

    private static OptionSpec optionSpec(Opt<?> option) {
        OptionSpec.Builder builder = OptionSpec.builder(option.names().toArray(new String[0]))
                .description(escape(option.help()))
                .usageHelp(option == CommonOptions.HELP || option == CommonOptions.LONG_HELP)
                .versionHelp(option == CommonOptions.VERSION);
        if (option.takes() == Opt.Takes.NOTHING) {
            return builder.type(boolean.class).arity("0").build();
        }
        boolean words = option.takes() == Opt.Takes.WORDS;
        builder.paramLabel(option.label()).arity(words ? "0..*" : "1").converters(new Adapter(option.converter()));
        if (!option.converter().words().isEmpty()) {
            builder.completionCandidates(option.converter().words());
        }
        boolean several = words || option.isRepeatable();
        return several
                ? builder.type(List.class).auxiliaryTypes(Object.class).build()
                : builder.type(Object.class).build();
    }

    /** Texts are no format strings of picocli, which would expand {@code %n} and {@code ${...}} in them. */
    private static String escape(String text) {
        return text.replace("%", "%%").replace("${", "$${");
    }

    /** Our converter as picocli's. */
    private static final class Adapter implements ITypeConverter<Object> {
        private final Converter<?> converter;

        Adapter(Converter<?> converter) {
            this.converter = converter;
        }

        @Override
        public Object convert(String untrustedValue) {
            return converter.convert(untrustedValue);
        }
    }
}
