package org.qubestools.cli.qubesdb;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.output.Json;
import org.qubestools.qubesdb.Background;
import org.qubestools.qubesdb.QubesDbSockets;
import org.qubestools.qubesdb.SafePath;
import org.qubestools.qubesdb.daemon.DaemonLink;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.DaemonRunsException;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;
import org.qubestools.qubesdb.daemon.QubesDbHost;

/**
 * The domains of a host, started and stopped by lines of JSON: an object each, answered by an object each. Safe for
 * several threads.
 */
final class HostControl {
    /** The kinds of a link. */
    private static final List<String> LINKS = List.of("listen", "connect", "device");
    /** What a request may have beside {@code op} and a link. */
    private static final Set<String> FIELDS = Set.of("domain", "local", "mode", "ends_with_link");

    private final QubesDbHost host;
    private final Path folder;
    private final DaemonOptions defaults;
    /** Those that are served, by name; guarded by this. */
    private final Map<String, QubesDbDaemon> daemons = new TreeMap<>();

    /** The end of a domain that nobody told of. */
    private final class Ending implements Runnable {
        private final String domain;
        private @Nullable QubesDbDaemon daemon;

        Ending(String domain) {
            this.domain = domain;
        }

        /** On the thread that serves, which must not wait. */
        @Override
        public void run() {
            Background.start("qubesdb-hostd-ending", () -> ended(this));
        }
    }

    /** A request that is not carried out. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final String kind;

        Refused(String kind, String message) {
            super(message);
            this.kind = kind;
        }
    }

    /** {@code folder}: where sockets go; {@code defaults}: for domains whose request does not say otherwise. */
    HostControl(QubesDbHost host, Path folder, DaemonOptions defaults) {
        this.host = host;
        this.folder = folder;
        this.defaults = defaults;
    }

    /** Carries out one line and returns the answer, a line too. */
    byte[] answer(String untrustedLine) throws InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Json answer = Json.line(new PrintStream(bytes, false, StandardCharsets.UTF_8))) {
            answer.beginObject();
            try {
                carryOut(parse(untrustedLine), answer);
            } catch (Refused e) {
                refuse(answer, e.kind, e.getMessage());
            } catch (IOException | UnsupportedOperationException e) {
                // Unsupported: the folder is on a file system without the permissions of POSIX.
                refuse(answer, e instanceof DaemonRunsException ? "in-use" : "failed", e.getMessage());
            }
            answer.end();
        }
        return bytes.toByteArray();
    }

    private static void refuse(Json answer, String kind, @Nullable String message) {
        answer.field("ok", false).field("kind", kind).field("message", String.valueOf(message));
    }

    private void carryOut(Map<String, String> request, Json answer) throws Refused, IOException, InterruptedException {
        String op = String.valueOf(request.remove("op"));
        switch (op) {
            case "start" -> start(request);
            case "stop" -> stop(request);
            case "list" -> {
                list(answer);
                return;
            }
            default -> throw new Refused("usage", "op is start, stop or list, not '" + SafePath.of(op) + "'");
        }
        answer.field("ok", true);
    }

    private synchronized void list(Json answer) {
        answer.field("ok", true).beginArray("domains");
        daemons.forEach((name, daemon) -> answer.beginObject()
                .field("domain", name)
                .field("link", daemon.linkState().name().toLowerCase(Locale.ROOT))
                .end());
        answer.end();
    }

    private synchronized void start(Map<String, String> request) throws Refused, IOException, InterruptedException {
        String domain = domain(request);
        if (daemons.containsKey(domain)) {
            throw new Refused("in-use", "domain '" + domain + "' is served already");
        }
        Ending ending = new Ending(domain);
        QubesDbDaemon daemon = host.start(folder, domain, options(request, ending));
        ending.daemon = daemon;
        daemons.put(domain, daemon);
    }

    /** Unless another one serves that domain by now. */
    private synchronized void ended(Ending ending) {
        QubesDbDaemon daemon = ending.daemon;
        if (daemon != null && daemons.remove(ending.domain, daemon)) {
            try {
                daemon.close();
            } catch (IOException e) {
                defaults.log().accept("domain '" + ending.domain + "': " + SafePath.of(String.valueOf(e.getMessage())));
            }
        }
    }

    private synchronized void stop(Map<String, String> request) throws Refused, IOException {
        String domain = domain(request);
        QubesDbDaemon daemon = daemons.remove(domain);
        if (daemon == null) {
            throw new Refused("not-running", "domain '" + domain + "' is not served here");
        }
        daemon.close();
    }

    private static String domain(Map<String, String> request) throws Refused {
        try {
            return QubesDbSockets.requireName(request.getOrDefault("domain", ""));
        } catch (IllegalArgumentException e) {
            throw new Refused("usage", String.valueOf(e.getMessage()));
        }
    }

    private DaemonOptions options(Map<String, String> request, Ending ending) throws Refused {
        try {
            DaemonOptions options = defaults.withLink(link(request, ending));
            String mode = request.get("mode");
            if (mode != null) {
                options = options.withModes(SocketMode.parse(mode), defaults.readOnlyMode());
            }
            return isTrue(request, "local") ? options.asLocal() : options;
        } catch (IllegalArgumentException e) { // a mode, or text that is no path
            throw new Refused("usage", SafePath.of(String.valueOf(e.getMessage())));
        }
    }

    private static boolean isTrue(Map<String, String> request, String field) throws Refused {
        String value = request.getOrDefault(field, "false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new Refused("usage", field + " is true or false, not '" + SafePath.of(value) + "'");
        }
        return value.equals("true");
    }

    private static DaemonLink link(Map<String, String> request, Ending ending) throws Refused {
        List<String> kinds = LINKS.stream().filter(request::containsKey).toList();
        if (kinds.size() > 1) {
            throw new Refused("usage", "a domain has one link, not " + String.join(" and ", kinds));
        }
        boolean ends = isTrue(request, "ends_with_link");
        if (ends && !kinds.equals(List.of("connect"))) {
            throw new Refused("usage", "ends_with_link goes with connect");
        }
        if (kinds.isEmpty()) {
            return DaemonLink.NONE;
        }
        Path path = Path.of(request.getOrDefault(kinds.get(0), ""));
        return switch (kinds.get(0)) {
            case "listen" -> new DaemonLink.Listen(path);
            case "connect" -> ends ? new DaemonLink.DomainPort(path, ending) : new DaemonLink.Connect(path);
            default -> new DaemonLink.Device(path);
        };
    }

    private static boolean isField(String name) {
        return name.equals("op") || FIELDS.contains(name) || LINKS.contains(name);
    }

    private static Map<String, String> parse(String untrustedLine) throws Refused {
        Map<String, String> fields = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(untrustedLine)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Refused("usage", "an object is expected");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                if (!parser.nextToken().isScalarValue() || !isField(name)) {
                    throw new Refused("usage", "no request has this as '" + SafePath.of(name) + "'");
                }
                fields.put(name, parser.getText());
            }
            if (parser.nextToken() != null) {
                throw new Refused("usage", "one object a line is expected");
            }
            return fields;
        } catch (IOException e) {
            throw new Refused("usage", "this is no JSON");
        }
    }
}
