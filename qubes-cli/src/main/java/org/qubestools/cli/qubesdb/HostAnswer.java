package org.qubestools.cli.qubesdb;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** What the daemon of a host has answered, for who asked. */
final class HostAnswer {
    private boolean ok;
    private String message = "it gave no reason";
    private final List<String> domains = new ArrayList<>();

    private HostAnswer() {}

    /** Prints the domains, or throws what the daemon says. */
    static int report(String op, String line, ToolContext ctx) throws IOException {
        HostAnswer answer = new HostAnswer();
        answer.parse(line);
        if (!answer.ok) {
            throw new QubesException(ErrorKind.FAILED, SafeText.of(answer.message));
        }
        if (ctx.isJson() && op.equals("list")) {
            ctx.json(Map.of("type", "qubesdb-domains", "domains", answer.domains));
        } else if (!ctx.isJson()) {
            for (String domain : answer.domains) {
                ctx.println(SafeText.printable(domain));
            }
        }
        return ExitCode.OK;
    }

    private void parse(String line) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (!token.isScalarValue()) {
                    continue;
                }
                String name = String.valueOf(parser.currentName());
                switch (name) {
                    case "ok" -> ok = parser.getBooleanValue();
                    case "message" -> message = parser.getText();
                    case "domain" -> domains.add(parser.getText());
                    default -> {
                        // The kind, or what comes later.
                    }
                }
            }
        }
    }
}
