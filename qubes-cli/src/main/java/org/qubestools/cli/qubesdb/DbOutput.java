package org.qubestools.cli.qubesdb;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.output.Json;

/** Results on standard output: a line each, or a JSON object a line. */
final class DbOutput {
    private final PrintStream out;
    private final boolean json;
    private final boolean raw;

    DbOutput(ToolContext ctx, boolean raw) {
        this.out = ctx.out();
        this.json = ctx.isJson();
        this.raw = raw;
    }

    /** A value; {@code shownPath} in front of it if there is one. */
    void value(String path, @Nullable String shownPath, byte[] untrustedValue) {
        if (json) {
            try (Json line = Json.line(out)) {
                line.beginObject().field("type", "qubesdb-value").field("path", path);
                line.field("value", text(untrustedValue));
                line.field("base64", Base64.getEncoder().encodeToString(untrustedValue))
                        .end();
            }
            return;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        if (shownPath != null) {
            line.writeBytes(latin(shownPath));
            line.writeBytes(latin(" = "));
        }
        line.writeBytes(raw ? untrustedValue : latin(escaped(untrustedValue)));
        line.write('\n');
        write(line);
    }

    private void write(ByteArrayOutputStream line) {
        byte[] bytes = line.toByteArray();
        out.write(bytes, 0, bytes.length);
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static @Nullable String text(byte[] untrustedValue) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(untrustedValue))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** As the original shows it: DEL and the backslash as they are. */
    private static String escaped(byte[] untrustedValue) {
        StringBuilder text = new StringBuilder(untrustedValue.length);
        for (byte b : untrustedValue) {
            if (b >= ' ') {
                text.append((char) b);
            } else {
                text.append("\\x");
                text.append(Character.forDigit((b >> 4) & 0xf, 16));
                text.append(Character.forDigit(b & 0xf, 16));
            }
        }
        return text.toString();
    }

    /** A key of a list. */
    void key(String path, String shownPath) {
        path("qubesdb-key", path, shownPath);
    }

    /** A change, at once. */
    void event(String path) {
        path("qubesdb-event", path, path);
        out.flush();
    }

    /** A change that this run has made. */
    void changed(String type, String path) {
        if (json) {
            path(type, path, path);
        }
    }

    private void path(String type, String path, String shownPath) {
        if (json) {
            try (Json line = Json.line(out)) {
                line.beginObject().field("type", type).field("path", path).end();
            }
        } else {
            out.print(shownPath.concat("\n"));
        }
    }

    /** Writes out what is gathered. */
    void flush() {
        out.flush();
    }

    /** Whether nobody takes it any more. */
    boolean isLost() {
        return out.checkError();
    }
}
