package org.qubestools.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

final class OptparseDialectTest {
    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            ''                          > |
            a b                         > | a b
            -ls                         > list set |
            -sl                         > set list |
            -Lred                       > label=red |
            -L red                      > label=red |
            -L=red                      > label==red |
            -lLred a                    > list label=red | a
            -lL red a                   > list label=red | a
            -lLq                        > list label=q |
            --label=red                 > label=red |
            --label red                 > label=red |
            --label=                    > label= |
            --label=a=b                 > label=a=b |
            --label --list              > label=--list |
            --label --                  > label=-- |
            -L -5                       > label=-5 |
            a -l b -s c                 > list set | a b c
            a -- -l --bogus             > | a -l --bogus
            -- --                       > | --
            -                           > | -
            a - -l                      > list | a -
            --lis                       > list |
            --li                        > list |
            --label x --label-file y    > label=x label-file=y |
            --label-f y                 > label-file=y |
            --force                     > force-root |
            --force-root                > force-root |
            --me=5                      > mem=5 |
            -m 5 -m 6                   > mem=6 |
            -m+7                        > mem=7 |
            -x a -xb --exclude=c        > exclude=a,b,c |
            -l -l                       > list |
            --format=full               > format=full |
            --raw-data a b -l c         > raw-data=a,b list | c
            --raw-data                  > raw-data= |
            --raw-data -l               > raw-data= list |
            --raw-data a -- b           > raw-data=a | b
            --raw-data=a b              > raw-data=a | b
            --raw-data a - b            > raw-data=a,-,b |
            --raw-data a -l --raw-data b > raw-data=b list |
            x --raw-data a              > raw-data=a | x
            --raw-list                  > raw-list |
            a --help --bogus            > help | a
            -lh --bogus                 > list help |
            --version --bogus           > version |
            """)
    void reads(String words, String expected) {
        assertThat(TestOptions.show(parse(TestOptions.spec(), words))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            --bogus        > unknown option '--bogus'
            --bogus=5      > unknown option '--bogus'
            --=5           > unknown option '--'
            -Z             > unknown option '-Z'
            -lZ            > unknown option '-Z'
            -5             > unknown option '-5'
            a b c -5       > unknown option '-5'
            --listx        > unknown option '--listx'
            --List         > unknown option '--List'
            --raw          > option '--raw' could be --raw-data or --raw-list
            --l            > option '--l' could be --label or --label-file or --list
            --quiet=x      > option '--quiet' takes no value
            --quiet=       > option '--quiet' takes no value
            --qui=x        > option '--quiet' takes no value
            --label        > option '--label' needs a value LABEL
            a -lL          > option '--label' needs a value LABEL
            -m abc         > option '--mem': 'abc' is not a whole number, give 1 to 4096
            --mem=         > option '--mem': '' is not a whole number, give 1 to 4096
            --mem=0        > option '--mem': '0' is out of range, give 1 to 4096
            -m 99999999999 > option '--mem': '99999999999' is not a whole number, give 1 to 4096
            --mem=-5       > option '--mem': '-5' is out of range, give 1 to 4096
            -m x -m 5      > option '--mem': 'x' is not a whole number, give 1 to 4096
            --format=Full  > option '--format': 'Full' is none of simple, full
            --bogus --help > unknown option '--bogus'
            """)
    void refuses(String words, String message) {
        QubesException error = refusal(TestOptions.spec(), words);

        assertThat(error.kind()).isEqualTo(ErrorKind.USAGE);
        assertThat(error).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            -s vm timezone -7200      > set | vm timezone -7200
            vm -s timezone -7200      > set | vm timezone -7200
            vm timezone -7200 -s      > set | vm timezone -7200
            -s vm x -q                > set quiet | vm x
            -s vm x -lZ               > set | vm x -lZ
            -s vm x --bogus           > set | vm x --bogus
            -s vm x --bogus=1         > set | vm x --bogus=1
            -s vm x --=               > set | vm x --=
            -s vm x --quie            > set quiet | vm x
            -s vm x -m5               > set mem=5 | vm x
            -s -- vm timezone -l      > set | vm timezone -l
            """)
    void aDashedValueIsAnOperandOnlyWhereTheToolSaysSo(String words, String expected) {
        ToolSpec spec = TestOptions.spec().negativeValueFrom(2);

        assertThat(TestOptions.show(parse(spec, words))).isEqualTo(expected);
    }

    @Test
    void aDashedWordBeforeTheValueIsAnOption() {
        ToolSpec spec = TestOptions.spec().negativeValueFrom(2);

        assertThat(refusal(spec, "vm -5")).hasMessage("unknown option '-5'");
    }

    /** Someone who typed {@code qvm-create --pro} for years means {@code --proxy}. */
    @Test
    void theBeginningOfAnOriginalsOptionStaysThat() {
        Opt<Boolean> proxy = Opt.flag("--proxy");
        Opt<Boolean> property = Opt.flag("--property").added();
        Opt<Boolean> profile = Opt.flag("--profile").added();
        ToolSpec spec = new ToolSpec("qvm-test", "test").options(proxy, property, profile);

        assertThat(parse(spec, "--pro").has(proxy)).isTrue();
        assertThat(parse(spec, "--prop").has(property)).isTrue();
        assertThat(parse(spec, "--pro --prof").has(profile)).isTrue();
        assertThat(refusal(new ToolSpec("qvm-test", "test").options(property, profile), "--pro"))
                .hasMessage("option '--pro' could be --profile or --property");
    }

    @Test
    void anAmbiguousOptionIsNoValue() {
        ToolSpec spec = TestOptions.spec().negativeValueFrom(2);

        assertThat(refusal(spec, "vm x --raw")).hasMessageContaining("could be");
    }

    @Test
    void tooFewAndTooManyOperandsAreRefused() {
        ToolSpec spec = TestOptions.spec().operands("VM PROPERTY", 1, 2);

        assertThat(refusal(spec, "-l")).hasMessage("operand missing, expected VM PROPERTY");
        assertThat(refusal(spec, "a b c")).hasMessage("unexpected operand 'c'");
    }

    @Test
    void optionsThatExcludeEachOtherAreRefused() {
        ToolSpec spec = TestOptions.spec().onlyOneOf(TestOptions.LIST, TestOptions.SET);

        assertThat(refusal(spec, "-ls")).hasMessage("options '--list' and '--set' exclude each other");
        assertThat(TestOptions.show(parse(spec, "-ll"))).isEqualTo("list |");
    }

    @Test
    void untrustedWordsAreShownAsAscii() {
        assertThat(catchThrowableOfType(
                        QubesException.class,
                        () -> OptparseDialect.parse(TestOptions.spec(), List.of("--\u001b[31m\u0416"))))
                .hasMessage("unknown option '--\\x1b[31m\\u0416'");
    }

    @Test
    void anEmptyWordIsAnOperand() {
        assertThat(OptparseDialect.parse(TestOptions.spec(), List.of("", "-l", ""))
                        .operands())
                .containsExactly("", "");
    }

    @Test
    void valuesHaveTheirTypes() {
        ParsedArguments parsed = parse(TestOptions.spec(), "-m 5 -m 6 x");

        int mem = parsed.value(TestOptions.MEM).orElseThrow();
        assertThat(mem).isEqualTo(6);
        assertThat(parsed.value(TestOptions.LABEL)).isEmpty();
        assertThat(parsed.operand(0)).isEqualTo("x");
    }

    private static ParsedArguments parse(ToolSpec spec, String words) {
        return OptparseDialect.parse(spec, words.isEmpty() ? List.of() : List.of(words.split(" ")));
    }

    private static QubesException refusal(ToolSpec spec, String words) {
        return catchThrowableOfType(QubesException.class, () -> parse(spec, words));
    }
}
