package org.qubestools.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Random command lines: the outcome is parsed arguments or a usage error of printable ASCII, nothing else. */
final class OptparseDialectFuzzTest {
    private static final int RUNS = 50_000;
    private static final String[] PIECES = {
        "-",
        "--",
        "=",
        "l",
        "s",
        "L",
        "m",
        "5",
        "-7",
        "list",
        "label",
        "label-file",
        "raw-data",
        "raw",
        "quiet",
        "force",
        "help",
        "mem",
        "a",
        " ",
        "",
        "\n",
        "\u001b",
        "\u0416",
        "\ud800",
        "\0",
        "%n",
        "${x}",
        "@file"
    };

    @Test
    void anyCommandLineIsReadOrRefused() {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        long end = System.nanoTime() + Long.getLong("qubes.fuzz.seconds", 0) * 1_000_000_000L;
        for (int i = 0; i < RUNS || System.nanoTime() < end; i++) {
            List<String> words = words(random);
            ToolSpec spec = TestOptions.spec()
                    .onlyOneOf(TestOptions.LIST, TestOptions.SET)
                    .operands("WORD ...", random.nextInt(2), 1 + random.nextInt(4))
                    .negativeValueFrom(random.nextBoolean() ? ToolSpec.ANY : random.nextInt(4));
            check(spec, words, "seed " + seed + ", run " + i + ": " + words);
        }
    }

    private static void check(ToolSpec spec, List<String> words, String name) {
        try {
            ParsedArguments parsed = OptparseDialect.parse(spec, words);
            boolean ended = parsed.has(CommonOptions.HELP) || parsed.has(CommonOptions.VERSION);
            assertThat(ended || parsed.operands().size() <= spec.maxOperands())
                    .as(name)
                    .isTrue();
            assertThat(words).as(name).containsAll(parsed.operands());
            TestOptions.show(parsed);
        } catch (QubesException e) {
            assertThat(e.kind()).as(name).isEqualTo(ErrorKind.USAGE);
            assertThat(e.getMessage()).as(name).matches("[ -~]+");
        } catch (RuntimeException e) {
            throw new AssertionError(name, e);
        }
    }

    private static List<String> words(Random random) {
        List<String> words = new ArrayList<>();
        int count = random.nextInt(7);
        for (int i = 0; i < count; i++) {
            StringBuilder word = new StringBuilder();
            int pieces = random.nextInt(5);
            for (int j = 0; j < pieces; j++) {
                word.append(PIECES[random.nextInt(PIECES.length)]);
            }
            words.add(word.toString());
        }
        return words;
    }
}
