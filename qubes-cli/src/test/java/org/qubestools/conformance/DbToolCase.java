package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.qubesdb.MessageType;

/** One recorded run of a tool against ours, with a daemon of ours and a look at what goes between them. */
final class DbToolCase {
    private static final long LIMIT_SECONDS = 30;
    private static final long LIMIT_MILLIS = 20_000;
    private static final long QUIET_MILLIS = 100;
    private static final String MISSING_SOCKET = "qubesdb." + DbSteps.DOMAIN + ".sock";

    private final Map<String, Object> recording;
    private final List<String> differences = new ArrayList<>();

    private DbToolCase(Map<String, Object> recording) {
        this.recording = recording;
    }

    /** Runs the tool; {@code before}: words in front of those recorded. */
    static List<String> play(Map<String, Object> recording, Path temporary, String... before) throws Exception {
        DbToolCase played = new DbToolCase(recording);
        played.play(temporary, List.of(before));
        return played.differences;
    }

    private void play(Path temporary, List<String> before) throws Exception {
        Path folder = Files.createTempDirectory(temporary, "t");
        List<RecordingProxy> proxies = new ArrayList<>();
        try (DbWorld world = DbWorld.start(temporary)) {
            DbSteps.preload(recording.get("preload"), world.folder());
            for (String socket : sockets()) {
                String kind = socket.contains(".ro.") ? "ro" : "rw";
                proxies.add(RecordingProxy.start(folder.resolve(socket), DbDaemonCase.socket(world.folder(), kind)));
            }
            ToolRunner runner = new ToolRunner().environment("QUBES_RUN_DIR", folder.toString());
            FutureTask<Outcome> run = new FutureTask<>(() -> runner.runWords(words(before)));
            Thread thread = new Thread(run, "tool");
            thread.setDaemon(true);
            thread.start();
            writeMeanwhile(proxies.get(0), world.folder());
            compare(run.get(LIMIT_SECONDS, TimeUnit.SECONDS), runner.output());
            if (!wire("connect").isEmpty()) {
                proxies.get(0).awaitConnection(proxies.size() == 1 ? LIMIT_MILLIS : QUIET_MILLIS);
            }
            compareWire(proxies);
        } catch (TimeoutException e) {
            differences.add("does not end");
        } catch (ExecutionException e) {
            differences.add("broke off with " + e.getCause());
        } finally {
            for (RecordingProxy proxy : proxies) {
                proxy.close();
            }
        }
    }

    private List<String> words(List<String> before) {
        List<String> words = new ArrayList<>();
        words.add(String.valueOf(recording.get("tool")));
        words.addAll(before);
        words.addAll(JsonTree.texts(recording.get("args")));
        return words;
    }

    private List<Map<String, Object>> wire(String op) {
        List<Map<String, Object>> found = new ArrayList<>();
        for (Object item : JsonTree.list(recording.get("wire"))) {
            Map<String, Object> message = JsonTree.map(item);
            if (op.equals(message.get("op"))) {
                found.add(message);
            }
        }
        return found;
    }

    /** Those that the recorded tool found, at least that of the domain. */
    private List<String> sockets() {
        List<String> sockets = new ArrayList<>();
        for (Map<String, Object> connect : wire("connect")) {
            String socket = String.valueOf(connect.get("socket"));
            if (!sockets.contains(socket)) {
                sockets.add(socket);
            }
        }
        return sockets.isEmpty() ? List.of(MISSING_SOCKET) : sockets;
    }

    private void writeMeanwhile(RecordingProxy proxy, Path daemon) throws IOException, InterruptedException {
        for (Object entry : JsonTree.list(recording.get("written_by_another_client_while_the_tool_waits"))) {
            if (!proxy.awaitQuiet(sentBeforeFirstEvent(), QUIET_MILLIS, LIMIT_MILLIS)) {
                differences.add("does not wait");
                return;
            }
            DbSteps.preload(List.of(entry), daemon);
        }
    }

    private int sentBeforeFirstEvent() {
        int sent = 0;
        for (Object item : JsonTree.list(recording.get("wire"))) {
            Map<String, Object> message = JsonTree.map(item);
            if ("recv".equals(message.get("op")) && seen(message).is(MessageType.EVENT)) {
                return sent;
            }
            sent += "send".equals(message.get("op")) ? 1 : 0;
        }
        return sent;
    }

    private static DbSeen seen(Map<String, Object> message) {
        return DbSeen.message(
                JsonTree.number(message.get("type")),
                String.valueOf(message.get("path")),
                String.valueOf(message.get("data")));
    }

    private boolean isQuirk() {
        return recording.containsKey("quirk");
    }

    private void compare(Outcome outcome, byte[] output) {
        Object exit = recording.get("exit");
        boolean same = exit instanceof Long code && code == outcome.code();
        if (!same && !(isQuirk() && outcome.code() == 1)) {
            differences.add("left with " + outcome.code() + ", not " + exit + " ("
                    + outcome.err().strip() + ")");
        }
        String wanted = String.valueOf(recording.get("stdout"));
        String printed = HexFormat.of().formatHex(output);
        if (!printed.equals(wanted) && !(isQuirk() && printed.startsWith(wanted))) {
            differences.add("printed " + printed + ", not " + wanted);
        }
        compareMessages(outcome);
    }

    private void compareMessages(Outcome outcome) {
        String err = outcome.err();
        String kind = String.valueOf(recording.get("stderr_kind"));
        boolean usage = err.toLowerCase(Locale.ROOT).contains("usage: ");
        boolean good =
                switch (kind) {
                    case "none" -> err.isEmpty();
                    case "usage text" -> usage || (outcome.code() != 0 && !err.isEmpty());
                    case "message" ->
                        !usage
                                && !err.isEmpty()
                                && err.lines().count() == JsonTree.number(recording.get("stderr_lines"));
                    default -> !err.isEmpty();
                };
        if (!good) {
            differences.add("said <" + err + ">, which is not: " + kind);
        }
        for (String mention : JsonTree.texts(recording.get("stderr_mentions"))) {
            if (!err.contains(mention)) {
                differences.add("does not mention " + mention + ": <" + err.strip() + ">");
            }
        }
    }

    private void compareWire(List<RecordingProxy> proxies) {
        List<DbSeen> wanted = wire("send").stream().map(DbToolCase::seen).toList();
        List<DbSeen> sent = new ArrayList<>();
        int connections = 0;
        for (RecordingProxy proxy : proxies) {
            sent.addAll(proxy.sent());
            connections += proxy.connections();
        }
        boolean further = isQuirk()
                && sent.size() > wanted.size()
                && sent.subList(0, wanted.size()).equals(wanted);
        if (!sent.equals(wanted) && !further) {
            differences.add("sent " + sent + " instead of " + wanted);
        }
        if (connections == 0 != wire("connect").isEmpty()) {
            differences.add("connected " + connections + " times instead of "
                    + wire("connect").size());
        }
    }
}
