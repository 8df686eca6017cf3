package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.conformance.DbSteps.Step;
import org.qubestools.qubesdb.Message;
import org.qubestools.qubesdb.MessageType;

/** Plays the client's part of a recording to a daemon of ours, which is to say what the recorded one said. */
final class DbDaemonCase {
    private static final long PATIENCE_MILLIS = 10_000;
    private static final long SILENCE_MILLIS = 100;
    /** A key that no recording has. */
    private static final String PROBE = "/no-key-of-any-recording";

    private final DbSteps recording;
    private final Path folder;
    private final Map<String, DbPeer> peers = new LinkedHashMap<>();
    private final Map<String, String> sockets = new LinkedHashMap<>();
    /** By connection the paths of the requests that were sent last. */
    private final Map<String, List<String>> asked = new LinkedHashMap<>();

    private DbDaemonCase(DbSteps recording, Path folder) {
        this.recording = recording;
        this.folder = folder;
    }

    /** Plays it to the daemon whose sockets are in this folder; returns what differs. */
    static List<String> play(DbSteps recording, Path folder) throws IOException, InterruptedException {
        recording.preload(folder);
        DbDaemonCase played = new DbDaemonCase(recording, folder);
        try {
            return played.play();
        } finally {
            for (DbPeer peer : played.peers.values()) {
                peer.close();
            }
        }
    }

    /** Where the daemon has a socket of this kind. */
    static Path socket(Path folder, String kind) {
        return switch (kind) {
            case "rw" -> folder.resolve("qubesdb." + DbSteps.DOMAIN + ".sock");
            case "ro" -> folder.resolve("qubesdb." + DbSteps.DOMAIN + ".ro.sock");
            case "vchan" -> folder.resolve("vchan/vchan.0." + DbWorld.DOMAIN_ID + ".111.sock");
            default -> throw new IllegalArgumentException("no socket '" + kind + "'");
        };
    }

    private List<String> play() throws IOException {
        int number = 0;
        for (Step step : recording.steps()) {
            number++;
            DbPeer peer = peers.get(step.conn());
            switch (step.op()) {
                case "open" -> open(step);
                case "send" -> {
                    asked.put(step.conn(), DbScript.paths(step.bytes("hex")));
                    peer.send(DbSteps.cut(step));
                }
                case "shutdown-write" -> peer.shutdownOutput();
                case "close" -> peer.close();
                default -> {
                    DbSeen wanted = step.seen();
                    DbSeen seen = peer.next(wanted.equals(DbSeen.NOTHING) ? SILENCE_MILLIS : PATIENCE_MILLIS);
                    if (!seen.equals(wanted)) {
                        String difference =
                                "step " + number + ", " + step.conn() + ": " + seen + " instead of " + wanted;
                        return recording.isQuirk() ? otherwise(step, seen, difference) : List.of(difference);
                    }
                }
            }
        }
        return List.of();
    }

    private void open(Step step) throws IOException {
        String kind = step.text("socket");
        peers.put(step.conn(), DbPeer.connect(socket(folder, kind)));
        sockets.put(step.conn(), kind);
    }

    /**
     * The better behaviour: a request that is refused by ERROR where the recorded daemon did something else, on a
     * connection that goes on; or a link that is dropped, while all others go on.
     */
    private List<String> otherwise(Step step, DbSeen seen, String difference) throws IOException {
        List<String> differences = new ArrayList<>();
        boolean ofLink = "vchan".equals(sockets.get(step.conn()));
        boolean refused = seen.is(MessageType.ERROR)
                && asked.getOrDefault(step.conn(), List.of()).contains(seen.path());
        boolean goesOn = step.op().equals("eof") && seen.equals(DbSeen.NOTHING);
        boolean linkOnly =
                ofLink && (seen.equals(DbSeen.END) || seen.is(MessageType.ERROR) || seen.is(MessageType.NOENT));
        if (!refused && !linkOnly && !(goesOn && !ofLink)) {
            differences.add(difference);
        }
        if (!ofLink && !isAlive(peers.get(step.conn()))) {
            differences.add(difference + "; and the connection does not go on");
        }
        try (DbPeer other = DbPeer.connect(socket(folder, "rw"))) {
            if (!isAlive(other)) {
                differences.add("the daemon does not go on");
            }
        }
        return differences;
    }

    /** Answers a question, behind whatever it had to say before. */
    private static boolean isAlive(DbPeer peer) throws IOException {
        if (!peer.send(Message.of(MessageType.READ, PROBE))) {
            return false;
        }
        DbSeen seen = peer.next(PATIENCE_MILLIS);
        while (seen.type() >= 0 && !seen.path().equals(PROBE)) {
            seen = peer.next(PATIENCE_MILLIS);
        }
        return seen.equals(DbSeen.message(MessageType.NOENT.number(), PROBE, ""));
    }
}
