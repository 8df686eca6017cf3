package org.qubestools.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class PicocliModelTest {
    @Test
    void everyOptionIsThereWithItsNames() {
        ToolSpec spec = TestOptions.spec().changesStore();

        CommandSpec model = PicocliModel.commandSpec(spec);

        for (List<Opt<?>> options : List.of(spec.ownOptions(), spec.commonOptions())) {
            for (Opt<?> option : options) {
                assertThat(model.findOption(option.longestName()).names()).containsExactlyElementsOf(option.names());
            }
        }
        assertThat(model.options())
                .hasSize(spec.ownOptions().size() + spec.commonOptions().size());
    }

    @Test
    void picocliReadsPlainCommandLinesTheSameWay() {
        ParseResult parsed = new CommandLine(PicocliModel.commandSpec(TestOptions.spec()))
                .parseArgs("-ls", "--mem=5", "--label", "red", "-xa", "--exclude=b", "word");

        assertThat(parsed.hasMatchedOption("--list")).isTrue();
        assertThat(parsed.matchedOptionValue("--mem", (Object) 0)).isEqualTo(5);
        assertThat(parsed.matchedOptionValue("--exclude", List.of())).hasToString("[a, b]");
        assertThat(parsed.matchedPositionalValue(0, List.of())).hasToString("[word]");
    }

    @Test
    void theHelpTextIsComplete() {
        ToolSpec spec = new ToolSpec("qvm-small", "do 100% of it")
                .operands("VM ...", 1, ToolSpec.ANY)
                .options(Opt.text("NAME", "-t", "--template").help("name of ${it}, 5%"))
                .note("More about it.")
                .example("qvm-small -t a b", "b on a")
                .exitCode(3, "half of it");

        assertThat(PicocliModel.help(spec, false))
                .startsWith("""
                        Usage: qvm-small [options] VM ...

                        Do 100% of it.
                        More about it.

                        Options:
                          -t, --template=NAME   name of ${it}, 5%
                        """)
                .contains("  -h, --help            show this help and exit\n\nExit codes:\n  0    done\n")
                .contains("  3    half of it\n")
                .endsWith("\nExamples:\n  qvm-small -t a b\n      b on a\n");
    }

    @Test
    void ownOptionsStandBeforeTheCommonOnes() {
        String help = PicocliModel.help(TestOptions.spec(), false);

        assertThat(help).containsSubsequence("--list", "--raw-list", "--quiet", "--force-root", "--json", "--help");
    }

    @Test
    void completionCanBeMadeOfIt() {
        CommandLine commandLine = new CommandLine(PicocliModel.commandSpec(TestOptions.spec()));

        assertThat(AutoComplete.bash("qvm-test", commandLine)).contains("'--raw-list'", "simple", "full");
    }
}
