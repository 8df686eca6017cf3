package org.qubestools.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PyLiteralTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "['00:19.0', '03:00.0']",
                "[u'00:19.0',U\"03:00.0\" , ]",
                "'00:19.0', '03:00.0'",
                "  [\t'00:19.0'\n,'03:00.0']\r ",
                "'00:19.0','03:00.0',",
                "['00\\x3a19.0', '03\\u003a00.0']"
            })
    void everySpellingOfAListIsRead(String text) throws MalformedValue {
        assertThat(PyLiteral.parseList(text)).containsExactly("00:19.0", "03:00.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "none", "None", " NONE ", "[]", "[ ]"})
    void nothingIsAnEmptyList(String text) throws MalformedValue {
        assertThat(PyLiteral.parseList(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "none", " None ", "{}", "{ }"})
    void nothingIsAnEmptyDict(String text) throws MalformedValue {
        assertThat(PyLiteral.parseDict(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[",
                "]",
                "[,]",
                "['a'",
                "['a' 'b']",
                "['a'],",
                "['a']x",
                "[1]",
                "['a', 1]",
                "[a]",
                "('a',)",
                "{'a'}",
                "[['a']]",
                "['a\\",
                "['a\\q']",
                "['\\x4']",
                "'\\x4",
                "'\\u004",
                "['\\u00g0']",
                "['\\u\u0660\u0660\u0664\u0661']",
                "['\\x+1']",
                "__import__('os')",
                "['a'] + ['b']",
                "u",
                "'a"
            })
    void anythingElseIsNoList(String text) {
        assertThatThrownBy(() -> PyLiteral.parseList(text))
                .isInstanceOfSatisfying(
                        MalformedValue.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.BAD_LIST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'cups': False, 'meminfo-writer': True}",
                "{u'cups':False,u'meminfo-writer':True,}",
                "{\"cups\": 0, \"meminfo-writer\": 1}",
                "{'meminfo-writer': False, 'cups': False, 'meminfo-writer': True}"
            })
    void everySpellingOfADictIsRead(String text) throws MalformedValue {
        assertThat(PyLiteral.parseDict(text)).containsOnly(Map.entry("cups", false), Map.entry("meminfo-writer", true));
    }

    @Test
    void theOrderFoundIsKept() throws MalformedValue {
        String text = "{'z': True, 'a': False, 'm': True}";

        assertThat(PyLiteral.formatDict(PyLiteral.parseDict(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "'a': True",
                "{'a'}",
                "{'a': }",
                "{'a': 2}",
                "{'a': 10}",
                "{'a': true}",
                "{'a': Truex}",
                "{'a': None}",
                "{1: True}",
                "{'a': True 'b': True}",
                "{'a': True}}",
                "{'a': {'b': True}}",
                "{'a': exec('b')}",
                "dict(a=True)"
            })
    void anythingElseIsNoDict(String text) {
        assertThatThrownBy(() -> PyLiteral.parseDict(text))
                .isInstanceOfSatisfying(
                        MalformedValue.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.BAD_DICT));
    }

    @Test
    void whatIsWrittenIsReadBack() throws MalformedValue {
        List<String> items = List.of("", "a", "it's", "\"", "\\", "\\'", "a\nb", "\u00e9\ud83d\ude00");
        Map<String, Boolean> entries = new LinkedHashMap<>();
        items.forEach(item -> entries.put(item, entries.size() % 2 == 0));

        assertThat(PyLiteral.parseList(PyLiteral.formatList(items))).isEqualTo(items);
        assertThat(PyLiteral.parseDict(PyLiteral.formatDict(entries))).isEqualTo(entries);
    }
}
