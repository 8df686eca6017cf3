package org.qubestools.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged literals are a value or malformed, nothing else; what is a value is read back as it was written. */
final class PyLiteralFuzzTest {
    private static final List<String> SEEDS = List.of(
            "['00:19.0', '03:00.0']",
            "u'a', \"b\"",
            "{'cups': False, u'x\\x41': 1,}",
            "None",
            "[" + "'a', ".repeat(50) + "]",
            "{" + "[".repeat(3000));
    private static final String CHARACTERS = "[]{}()'\"\\,: ux0aTFNrueon\n\u0000\u0661\ud83d";

    @Test
    void damagedLiteralsAreAValueOrMalformed() {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        long end = System.nanoTime() + Long.getLong("qubes.fuzz.seconds", 1) * 1_000_000_000L;
        Random random = new Random(seed);
        int values = 0;
        while (System.nanoTime() < end) {
            for (int i = 0; i < 1000; i++) {
                String text = damage(SEEDS.get(random.nextInt(SEEDS.size())), random);
                values += isList(text, seed) || isDict(text, seed) ? 1 : 0;
            }
        }
        assertThat(values).as("seed %d", seed).isPositive();
    }

    private static String damage(String text, Random random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(damaged.length() + 1);
            char c = CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
            switch (random.nextInt(3)) {
                case 0 -> damaged.insert(at, c);
                case 1 -> damaged.delete(at, Math.min(damaged.length(), at + 1 + random.nextInt(3)));
                default -> damaged.replace(at, Math.min(damaged.length(), at + 1), String.valueOf(c));
            }
        }
        return damaged.toString();
    }

    private static boolean isList(String text, long seed) {
        try {
            List<String> items = PyLiteral.parseList(text);
            assertThat(PyLiteral.parseList(PyLiteral.formatList(items)))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(items);
            return true;
        } catch (MalformedValue e) {
            assertThat(e.code()).as("seed %d: %s", seed, text).isEqualTo(ProblemCode.BAD_LIST);
            return false;
        }
    }

    private static boolean isDict(String text, long seed) {
        try {
            Map<String, Boolean> entries = PyLiteral.parseDict(text);
            assertThat(PyLiteral.parseDict(PyLiteral.formatDict(entries)))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(entries);
            return true;
        } catch (MalformedValue e) {
            assertThat(e.code()).as("seed %d: %s", seed, text).isEqualTo(ProblemCode.BAD_DICT);
            return false;
        }
    }
}
