package org.qubestools.cli.graph;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.qubestools.core.io.JsonText;

/**
 * A graph as one HTML page with pan, zoom, search and details. It loads nothing: its content policy allows only its own
 * script, by digest, so that text of the store could not become another one even if it were not escaped, which it is.
 */
public final class HtmlWriter {
    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
            script-src 'sha256-%s'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%s</title>
            <style>
            %s</style>
            </head>
            <body>
            <header>
            <input id="search" type="search" placeholder="search by name ( / )" autocomplete="off" spellcheck="false">
            <output id="found"></output>
            <button id="in" type="button" title="larger">+</button>
            <button id="out" type="button" title="smaller">-</button>
            <button id="fit" type="button" title="all of it">fit</button>
            </header>
            <main id="view">
            """;

    private static final String TAIL = """
            </main>
            <aside id="details" hidden>
            <button id="close" type="button" title="close">x</button>
            <h2></h2>
            <table></table>
            </aside>
            """;

    private HtmlWriter() {}

    /** The page, in ASCII, ending in a line end. */
    public static String page(VmGraph graph) {
        String script = resource("page.js");
        String title = graph.grouping().title();
        return HEAD.formatted(digest(script), title, resource("page.css"))
                + SvgWriter.element(graph)
                + TAIL
                + "<script type=\"application/json\" id=\"data\">"
                + data(graph)
                + "</script>\n<script>"
                + script
                + "</script>\n</body>\n</html>\n";
    }

    /** What is known of each node; no character in it can end the element that it stands in. */
    private static String data(VmGraph graph) {
        List<Object> nodes = new ArrayList<>();
        for (VmGraph.Node node : graph.nodes()) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("name", node.name());
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("class", node.type());
            if (!node.stateWord().isEmpty()) {
                details.put("state", node.stateWord());
            }
            details.putAll(node.details());
            values.put("details", details);
            nodes.add(values);
        }
        return JsonText.of(nodes)
                .replace("&", "\\u0026")
                .replace("<", "\\u003c")
                .replace(">", "\\u003e");
    }

    private static String digest(String script) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(HtmlWriter.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
