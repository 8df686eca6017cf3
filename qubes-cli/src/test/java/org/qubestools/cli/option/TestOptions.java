package org.qubestools.cli.option;

import java.util.ArrayList;
import java.util.List;

/** A tool with options of all kinds, and parse results as text: {@code quiet label=red | operand operand}. */
final class TestOptions {
    static final Opt<Boolean> LIST = Opt.flag("-l", "--list");
    static final Opt<Boolean> SET = Opt.flag("-s", "--set");
    static final Opt<String> LABEL = Opt.text("LABEL", "-L", "--label");
    static final Opt<String> LABEL_FILE = Opt.text("FILE", "--label-file");
    static final Opt<String> EXCLUDE = Opt.text("VM", "-x", "--exclude").repeatable();
    static final Opt<Integer> MEM = Opt.number("MIB", 1, 4096, "-m", "--mem");
    static final Opt<String> FORMAT = Opt.choice("FORMAT", List.of("simple", "full"), "--format");
    static final Opt<String> RAW = Opt.words("FIELD", "--raw-data");
    static final Opt<Boolean> RAW_LIST = Opt.flag("--raw-list");

    private TestOptions() {}

    static ToolSpec spec() {
        return new ToolSpec("qvm-test", "test the dialect")
                .options(LIST, SET, LABEL, LABEL_FILE, EXCLUDE, MEM, FORMAT, RAW, RAW_LIST, CommonOptions.QUIET)
                .refusesRoot()
                .operands("[WORD ...]", 0, ToolSpec.ANY);
    }

    static String show(ParsedArguments parsed) {
        List<String> parts = new ArrayList<>();
        for (Opt<?> option : parsed.given().stream().distinct().toList()) {
            String name = option.longestName().substring(2);
            parts.add(option.takes() == Opt.Takes.NOTHING ? name : name + "=" + texts(parsed.values(option)));
        }
        parts.add("|");
        parts.addAll(parsed.operands());
        return String.join(" ", parts);
    }

    private static String texts(List<?> values) {
        return String.join(",", values.stream().map(Object::toString).toList());
    }
}
