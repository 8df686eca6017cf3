package org.qubestools.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbSockets;

/** A recorded conversation with a daemon, read from its file. */
final class DbSteps {
    static final String DOMAIN = "work";

    private static final HexFormat HEX = HexFormat.of();

    private final Map<String, Object> recording;

    private DbSteps(Map<String, Object> recording) {
        this.recording = recording;
    }

    static DbSteps read(Path file) throws IOException {
        return new DbSteps(JsonTree.read(file));
    }

    /** One step; {@code op} says which of the others it has. */
    record Step(String op, String conn, Map<String, Object> all) {
        String text(String name) {
            return String.valueOf(all.getOrDefault(name, ""));
        }

        /** What came, as our side is to see it. */
        DbSeen seen() {
            return op.equals("recv")
                    ? DbSeen.message(JsonTree.number(all.get("type")), text("path"), text("data"))
                    : op.equals("eof") ? DbSeen.END : DbSeen.NOTHING;
        }

        byte[] bytes(String name) {
            return HEX.parseHex(text(name));
        }
    }

    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (Object item : JsonTree.list(recording.get("steps"))) {
            Map<String, Object> step = JsonTree.map(item);
            steps.add(new Step(String.valueOf(step.get("op")), String.valueOf(step.get("conn")), step));
        }
        return steps;
    }

    /** Whether other behaviour than the recorded one counts too. */
    boolean isQuirk() {
        return recording.containsKey("quirk");
    }

    /** Writes the keys that are there before the first step. */
    static void preload(Object entries, Path folder) throws IOException, InterruptedException {
        try (QubesDbClient client = QubesDbClient.of(DOMAIN, QubesDbOptions.of(new QubesDbSockets(folder)))) {
            for (Object item : JsonTree.list(entries)) {
                Map<String, Object> entry = JsonTree.map(item);
                client.write(
                        new QubesDbPath(String.valueOf(entry.get("path"))),
                        HEX.parseHex(String.valueOf(entry.get("value"))));
            }
        }
    }

    void preload(Path folder) throws IOException, InterruptedException {
        preload(recording.get("preload"), folder);
    }

    /** The bytes cut as the step says. */
    static List<byte[]> cut(Step step) {
        byte[] bytes = step.bytes("hex");
        List<byte[]> pieces = new ArrayList<>();
        int at = 0;
        for (Object length : JsonTree.list(step.all().get("fragments"))) {
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            piece.write(bytes, at, JsonTree.number(length));
            at += JsonTree.number(length);
            pieces.add(piece.toByteArray());
        }
        if (at < bytes.length) {
            ByteArrayOutputStream rest = new ByteArrayOutputStream();
            rest.write(bytes, at, bytes.length - at);
            pieces.add(rest.toByteArray());
        }
        return pieces;
    }
}
