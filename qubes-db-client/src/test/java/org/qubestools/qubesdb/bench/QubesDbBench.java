package org.qubestools.qubesdb.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.LongStream;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbSockets;
import org.qubestools.qubesdb.WatchListener;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/**
 * Measures by the clock, many rounds of each thing in turn; prints {@code NAME MEDIAN} in operations per second, or in
 * microseconds for what is a time. Roles: {@code plain SOCKET} and {@code daemon FOLDER} serve until they are killed,
 * {@code measure FOLDER SOCKET} asks both, {@code hostile FOLDER} asks the daemon, see {@link HostileBench}.
 */
public final class QubesDbBench {
    private static final String DOMAIN = "work";
    private static final QubesDbPath NAME = new QubesDbPath("/name");
    private static final QubesDbPath EVENT = new QubesDbPath("/event");
    private static final int MANY = 1000;
    private static final int BATCH = 16;
    private static final int ROUNDS = 15;
    private static final int WARM_UP = 4;
    private static final int READS = 12_000;
    private static final int EVENTS = 1_000;

    private final Map<String, List<Double>> results = new LinkedHashMap<>();
    private int round;

    private QubesDbBench() {}

    /** See the class. */
    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "plain" -> PlainServer.serve(Path.of(arguments[1]), QubesDbBench::ready);
            case "daemon" -> serve(Path.of(arguments[1]));
            case "hostile" -> HostileBench.measure(Path.of(arguments[1]), DOMAIN);
            default -> new QubesDbBench().measure(Path.of(arguments[1]), Path.of(arguments[2]));
        }
    }

    private static void ready() {
        System.out.println("ready");
    }

    private static void serve(Path folder) throws IOException, InterruptedException {
        QubesDbDaemon daemon = QubesDbDaemon.start(folder, DOMAIN, DaemonOptions.DEFAULT);
        ready();
        new CountDownLatch(1).await();
        daemon.close();
    }

    private void measure(Path folder, Path plainSocket) throws Exception {
        QubesDbSockets sockets = new QubesDbSockets(folder);
        QubesDbOptions options = QubesDbOptions.of(sockets);
        try (PlainClient plainToPlain = new PlainClient(plainSocket);
                QubesDbClient client = QubesDbClient.of(DOMAIN, options);
                QubesDbClient watcher = QubesDbClient.of(DOMAIN, options)) {
            client.write(NAME, DOMAIN);
            List<QubesDbPath> keys = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                keys.add(new QubesDbPath("/many/" + i));
                client.write(keys.get(i), "value " + i);
            }
            BlockingQueue<Long> events = new LinkedBlockingQueue<>();
            watcher.watch(EVENT, arrivals(events));
            try (PlainClient plain = new PlainClient(sockets.socket(DOMAIN))) {
                for (round = -WARM_UP; round < ROUNDS; round++) {
                    rate("plain-to-plain", READS, () -> times(READS, () -> plainToPlain.read(NAME.text())));
                    rate("plain-to-daemon", READS, () -> times(READS, () -> plain.read(NAME.text())));
                    rate("client-to-daemon", READS, () -> times(READS, () -> client.read(NAME)));
                    List<QubesDbPath> batch = Collections.nCopies(BATCH, NAME);
                    rate("client-16", READS, () -> times(READS / BATCH, () -> client.readEach(batch)));
                    rate("reads-of-1000", 10, () -> times(10, () -> readAll(client, keys)));
                    rate(
                            "multireads-of-1000",
                            10,
                            () -> times(10, () -> client.readDirectory(new QubesDbPath("/many"))));
                    median("round-trip-us", roundTrips(plain));
                    median("write-to-event-us", toEvents(client, events));
                }
            }
        }
        results.forEach((name, values) -> System.out.printf(Locale.ROOT, "%s %.1f%n", name, middle(values)));
    }

    private static WatchListener arrivals(BlockingQueue<Long> events) {
        return new WatchListener() {
            @Override
            public void changed(QubesDbPath untrustedPath) {
                events.add(System.nanoTime());
            }

            @Override
            public void resynchronise() {
                throw new IllegalStateException("the connection was lost");
            }
        };
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void times(int count, Work work) throws Exception {
        for (int i = 0; i < count; i++) {
            work.run();
        }
    }

    private static void readAll(QubesDbClient client, List<QubesDbPath> keys) throws Exception {
        for (QubesDbPath key : keys) {
            if (client.read(key).isEmpty()) {
                throw new IllegalStateException("no " + key);
            }
        }
    }

    private void rate(String name, int operations, Work work) throws Exception {
        long began = System.nanoTime();
        work.run();
        add(name, operations * 1e9 / (System.nanoTime() - began));
    }

    private void median(String name, long[] nanos) {
        Arrays.sort(nanos);
        add(name, nanos[nanos.length / 2] / 1e3);
    }

    private void add(String name, double value) {
        if (round >= 0) {
            results.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
        }
    }

    private static double middle(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static long[] roundTrips(PlainClient plain) throws IOException {
        long[] nanos = new long[EVENTS];
        for (int i = 0; i < EVENTS; i++) {
            long began = System.nanoTime();
            plain.read(NAME.text());
            nanos[i] = System.nanoTime() - began;
        }
        return nanos;
    }

    /** From before a write at one client until the listener of another is called. */
    private static long[] toEvents(QubesDbClient client, BlockingQueue<Long> events) throws Exception {
        LongStream.Builder nanos = LongStream.builder();
        for (int i = 0; i < EVENTS; i++) {
            long began = System.nanoTime();
            client.write(EVENT, "");
            nanos.add(events.take() - began);
        }
        return nanos.build().toArray();
    }
}
