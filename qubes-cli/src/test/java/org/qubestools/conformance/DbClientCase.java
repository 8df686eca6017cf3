package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.qubestools.conformance.DbScript.Exchange;
import org.qubestools.qubesdb.Message;
import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbDisconnectedException;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbRefusedException;
import org.qubestools.qubesdb.QubesDbSockets;
import org.qubestools.qubesdb.Watch;
import org.qubestools.qubesdb.WatchListener;

/** Our client against the recorded answers: it is to understand each as what it is. */
final class DbClientCase {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long EVENT_SECONDS = 10;

    private final QubesDbClient client;
    private final List<String> differences = new ArrayList<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final Map<String, Deque<Watch>> watches = new HashMap<>();

    private DbClientCase(QubesDbClient client) {
        this.client = client;
    }

    /** Plays the answers, cut like that, in a new folder below this one; returns what differs. */
    static List<String> play(List<Exchange> exchanges, Path temporary, ScriptedDaemon.Cut cut, long seed)
            throws IOException, InterruptedException {
        QubesDbSockets sockets = new QubesDbSockets(Files.createTempDirectory(temporary, "c"));
        QubesDbOptions options =
                QubesDbOptions.of(sockets).withTimeouts(PATIENCE, PATIENCE).repeating(false, false);
        try (ScriptedDaemon daemon = ScriptedDaemon.start(sockets.socket(DbSteps.DOMAIN), exchanges, cut, seed)) {
            List<String> differences = new ArrayList<>();
            try (QubesDbClient client = QubesDbClient.of(DbSteps.DOMAIN, options)) {
                DbClientCase played = new DbClientCase(client);
                for (Exchange exchange : exchanges) {
                    played.play(exchange);
                }
                differences.addAll(played.differences);
            }
            differences.addAll(daemon.differences());
            return differences;
        }
    }

    private void play(Exchange exchange) throws InterruptedException {
        Message request = exchange.request();
        List<DbSeen> seen = new ArrayList<>();
        boolean expectsEvents = true;
        try {
            if (request.type() == MessageType.UNWATCH) {
                watches.get(request.untrustedPath()).pop().close();
                seen.addAll(exchange.answer()); // it is not waited for
            } else if (request.type() == MessageType.WATCH && DbScript.isWatchable(request.untrustedPath())) {
                watch(new QubesDbPath(request.untrustedPath()));
                seen.add(DbSeen.message(MessageType.OK.number(), request.untrustedPath(), ""));
            } else {
                QubesDbClient.Answer answer = client.exchange(request);
                answer.entries().forEach(entry -> seen.add(DbScript.seen(entry)));
                seen.add(DbScript.seen(answer.last()));
            }
        } catch (QubesDbRefusedException e) {
            seen.add(DbSeen.message(MessageType.ERROR.number(), e.path(), ""));
        } catch (QubesDbDisconnectedException e) {
            expectsEvents = false; // no message: as it should be where there is no answer
        } catch (QubesDbException e) {
            differences.add(request + ": " + e);
        }
        if (!seen.equals(exchange.answer())) {
            differences.add(request + ": " + seen + " instead of " + exchange.answer());
        }
        if (expectsEvents) {
            await(exchange.events());
        }
    }

    private void watch(QubesDbPath path) throws QubesDbException, InterruptedException {
        Watch watch = client.watch(path, new WatchListener() {
            @Override
            public void changed(QubesDbPath untrustedPath) {
                events.add(untrustedPath.text());
            }

            @Override
            public void resynchronise() {
                events.add("resynchronise");
            }
        });
        watches.computeIfAbsent(path.text(), key -> new ArrayDeque<>()).push(watch);
    }

    private void await(List<String> expected) throws InterruptedException {
        for (String path : expected) {
            String event = events.poll(EVENT_SECONDS, TimeUnit.SECONDS);
            if (!path.equals(event)) {
                differences.add("event of " + event + " instead of " + path);
            }
        }
    }
}
