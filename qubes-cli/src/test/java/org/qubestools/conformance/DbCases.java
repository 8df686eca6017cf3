package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.qubestools.conformance.DbScript.Exchange;
import org.qubestools.conformance.DbSteps.Step;

/**
 * Recorded conversations of QubesDB: {@code daemon/} with a daemon of ours, and the other way round with our client;
 * {@code link/} with a daemon of ours and a scripted VM; {@code tools/} with ours.
 */
final class DbCases {
    /** Of the random cuts; the name of the case is added. */
    private static final long SEED = 20261126;

    private static final String RELEASE_3 = "3.2.5";

    private final Path directory;
    private final Path temporary;
    private final Report report;

    DbCases(Path directory, Path temporary, Report report) {
        this.directory = directory;
        this.temporary = temporary;
        this.report = report;
    }

    void run() throws IOException {
        for (Path file : StoreCases.sorted(directory.resolve("daemon"), "*.json")) {
            report.border(name(file), () -> daemon(name(file), DbSteps.read(file)));
        }
        for (Path file : StoreCases.sorted(directory.resolve("link"), "*.json")) {
            report.border(name(file), () -> link(name(file), DbSteps.read(file)));
        }
        for (Path file : StoreCases.sorted(directory.resolve("tools"), "*.json")) {
            report.border(name(file), () -> tool(name(file), JsonTree.read(file)));
        }
    }

    private static String name(Path file) {
        String name = file.getFileName().toString().replace(".json", "");
        return file.getParent().getFileName() + "/" + name;
    }

    private void daemon(String name, DbSteps recording) {
        report.check(name, () -> {
            try (DbWorld world = DbWorld.start(temporary)) {
                return DbDaemonCase.play(recording, world.folder());
            }
        });
        Set<String> connections = new TreeSet<>();
        for (Step step : recording.steps()) {
            connections.add(step.conn());
        }
        for (String connection : connections) {
            List<Exchange> exchanges = DbScript.of(recording.steps(), connection);
            if (!exchanges.isEmpty()) {
                client(name + ", connection " + connection, exchanges);
            }
        }
    }

    private void client(String name, List<Exchange> exchanges) {
        for (ScriptedDaemon.Cut cut : ScriptedDaemon.Cut.values()) {
            long seed = SEED + name.hashCode();
            String how = cut == ScriptedDaemon.Cut.RANDOM ? "RANDOM with seed " + seed : cut.toString();
            report.check(
                    name + " to the client, cut " + how.toLowerCase(Locale.ROOT).replace('_', ' '),
                    () -> DbClientCase.play(exchanges, temporary, cut, seed));
        }
    }

    private void link(String name, DbSteps recording) {
        report.check(name, () -> {
            try (DbWorld world = DbWorld.startWithLink(temporary)) {
                return DbDaemonCase.play(recording, world.folder());
            }
        });
    }

    private void tool(String name, Map<String, Object> recording) {
        report.check(name, () -> DbToolCase.play(recording, temporary));
        Map<String, Object> versions = JsonTree.map(recording.get("other_versions"));
        if (versions.get(RELEASE_3) instanceof Map<?, ?> && Long.valueOf(2).equals(recording.get("exit"))) {
            Map<String, Object> asOf3 = JsonTree.map(versions.get(RELEASE_3));
            if (Long.valueOf(1).equals(asOf3.get("exit"))) {
                Map<String, Object> wanted = new LinkedHashMap<>(recording);
                wanted.putAll(asOf3);
                report.check(name + " as of release 3", () -> DbToolCase.play(wanted, temporary, "--compat=3"));
            }
        }
    }
}
