package org.qubestools.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * Reads one JSON value: maps in the order of the text, lists, texts, {@code Long}, {@code Boolean}, null; numbers with a
 * fraction stay texts. At most 1 MiB, 32 levels deep, no name twice.
 */
public final class JsonInput {
    /** Bytes of the longest text. */
    public static final int MAX_SIZE = 1024 * 1024;

    private static final int MAX_DEPTH = 32;

    private JsonInput() {}

    /** Parses a text; INVALID_VALUE, with the place, if it is none. */
    public static @Nullable Object parse(byte[] untrusted) {
        if (untrusted.length > MAX_SIZE) {
            throw bad("is larger than 1 MiB");
        }
        try (JsonParser parser = new JsonFactory().createParser(untrusted)) {
            parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            @Nullable Object value = value(parser, parser.nextToken(), 0);
            if (parser.nextToken() != null) {
                throw bad("goes on behind its end");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw bad("is wrong in line " + e.getLocation().getLineNr() + ": " + reason(e));
        } catch (IOException e) {
            throw bad("cannot be read: " + SafeText.of(String.valueOf(e.getMessage())));
        }
    }

    /** Without the library's words on where something began, in which it names its own settings. */
    private static String reason(JsonProcessingException e) {
        String text = e.getOriginalMessage();
        int end = text.indexOf(" (start marker at ");
        return SafeText.of(end < 0 ? text : text.substring(0, end));
    }

    private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token, int depth) throws IOException {
        if (token == null) {
            throw bad("ends too early");
        }
        if (depth > MAX_DEPTH) {
            throw bad("is nested too deeply");
        }
        return switch (token) {
            case START_OBJECT -> object(parser, depth);
            case START_ARRAY -> array(parser, depth);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_NUMBER_INT -> parser.getLongValue();
            default -> parser.getText();
        };
    }

    private static Map<String, @Nullable Object> object(JsonParser parser, int depth) throws IOException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            object.put(name, value(parser, parser.nextToken(), depth + 1));
        }
        return object;
    }

    private static List<@Nullable Object> array(JsonParser parser, int depth) throws IOException {
        List<@Nullable Object> array = new ArrayList<>();
        JsonToken token = parser.nextToken();
        while (token != JsonToken.END_ARRAY) {
            array.add(value(parser, token, depth + 1));
            token = parser.nextToken();
        }
        return array;
    }

    private static QubesException bad(String what) {
        return new QubesException(ErrorKind.INVALID_VALUE, "the JSON text " + what);
    }
}
