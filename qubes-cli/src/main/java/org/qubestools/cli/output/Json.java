package org.qubestools.cli.output;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON in the order of the calls, in printable ASCII only: everything else is escaped, so untrusted text never
 * reaches a terminal raw. The class is loaded, and jackson with it, only by a run that writes JSON. Closing ends the
 * text with a line end and leaves the stream open; closing twice is safe.
 */
public final class Json implements AutoCloseable {
    private final PrintStream target;
    private final JsonGenerator generator;
    private boolean closed;

    private Json(PrintStream target, JsonGenerator generator) {
        this.target = target;
        this.generator = generator;
    }

    /** Indented by two spaces: for results. */
    public static Json pretty(PrintStream target) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        Separators separators = Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator("");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(separators);
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        Json json = line(target);
        json.generator.setPrettyPrinter(printer);
        return json;
    }

    /** All in one line: for messages. */
    public static Json line(PrintStream target) {
        try {
            JsonGenerator generator = new JsonFactory().createGenerator(target, JsonEncoding.UTF8);
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            generator.setHighestNonEscapedChar(0x7e);
            generator.setCharacterEscapes(new Ascii());
            return new Json(target, generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins an object: the text itself, or an element of an array. */
    public Json beginObject() {
        try {
            generator.writeStartObject();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Json beginObject(String name) {
        return name(name).beginObject();
    }

    /** Begins an array: the text itself, or an element of an array. */
    public Json beginArray() {
        try {
            generator.writeStartArray();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Json beginArray(String name) {
        return name(name).beginArray();
    }

    /** Ends the innermost object or array. */
    public Json end() {
        try {
            if (generator.getOutputContext().inObject()) {
                generator.writeEndObject();
            } else {
                generator.writeEndArray();
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Json field(String name, @Nullable String value) {
        return name(name).element(value);
    }

    public Json field(String name, long value) {
        return name(name).element(value);
    }

    public Json field(String name, boolean value) {
        return name(name).element(value);
    }

    /** An element of an array; null becomes JSON's null. */
    public Json element(@Nullable String value) {
        try {
            generator.writeString(value);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Json element(long value) {
        try {
            generator.writeNumber(value);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Json element(boolean value) {
        try {
            generator.writeBoolean(value);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Json name(String name) {
        try {
            generator.writeFieldName(name);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            generator.writeRaw('\n');
            generator.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        target.flush();
    }

    /** JSON's escapes and DEL. */
    private static final class Ascii extends CharacterEscapes {
        private static final long serialVersionUID = 1L;

        @Override
        public int[] getEscapeCodesForAscii() {
            int[] codes = CharacterEscapes.standardAsciiEscapesForJSON();
            codes[0x7f] = ESCAPE_STANDARD;
            return codes;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int ch) {
            return null;
        }
    }
}
