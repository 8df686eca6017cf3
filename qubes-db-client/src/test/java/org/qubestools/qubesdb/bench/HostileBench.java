package org.qubestools.qubesdb.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbSockets;

/** How long a good client waits for a read, first alone with the daemon, then beside {@link HostileClients}. */
final class HostileBench {
    private static final QubesDbPath NAME = new QubesDbPath("/name");
    private static final int MANY = 1000;
    private static final int ROUNDS = 3;
    private static final long WARM_UP = TimeUnit.SECONDS.toNanos(2);
    private static final long DURATION = TimeUnit.SECONDS.toNanos(2);

    private final QubesDbClient good;
    private final Path socket;
    private final List<Double> quiet = new ArrayList<>();
    private final List<Double> beside = new ArrayList<>();
    private final List<Double> sends = new ArrayList<>();

    private HostileBench(QubesDbClient good, Path socket) {
        this.good = good;
        this.socket = socket;
    }

    /** Prints both medians in microseconds, and how often a second the hostile ones have sent something. */
    static void measure(Path folder, String domain) throws Exception {
        QubesDbSockets sockets = new QubesDbSockets(folder);
        try (QubesDbClient client = QubesDbClient.of(domain, QubesDbOptions.of(sockets))) {
            client.write(NAME, domain);
            for (int i = 0; i < MANY; i++) {
                client.write(new QubesDbPath("/many/" + i), "value " + i);
            }
            HostileBench bench = new HostileBench(client, sockets.socket(domain));
            for (int i = 0; i < ROUNDS; i++) {
                bench.round();
            }
            print("quiet-read-us", bench.quiet);
            print("hostile-read-us", bench.beside);
            print("hostile-sends", bench.sends);
        }
    }

    private static void print(String name, List<Double> values) {
        double middle = values.stream().sorted().toList().get(values.size() / 2);
        System.out.printf(Locale.ROOT, "%s %.1f%n", name, middle);
    }

    private void round() throws Exception {
        reads(WARM_UP);
        quiet.add(reads(DURATION));
        Process hostile = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileClients.class.getName(),
                        socket.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = hostile.inputReader()) {
            if (lines.readLine() == null) {
                throw new IOException("the hostile clients do not begin");
            }
            long began = System.nanoTime();
            reads(WARM_UP);
            beside.add(reads(DURATION));
            hostile.getOutputStream().close();
            double seconds = (System.nanoTime() - began) / 1e9;
            sends.add(Long.parseLong(lines.readLine()) / seconds);
        } finally {
            hostile.destroyForcibly().waitFor();
        }
    }

    /** The median of the reads in this time, in microseconds. */
    private double reads(long nanos) throws Exception {
        LongStream.Builder times = LongStream.builder();
        int count = 0;
        long began = System.nanoTime();
        long now = began;
        while (now - began < nanos) {
            if (good.read(NAME).isEmpty()) {
                throw new IllegalStateException("no " + NAME);
            }
            long next = System.nanoTime();
            times.add(next - now);
            count++;
            now = next;
        }
        return times.build().sorted().skip(count / 2).findFirst().orElseThrow() / 1e3;
    }
}
