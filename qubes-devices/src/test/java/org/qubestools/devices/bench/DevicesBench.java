package org.qubestools.devices.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.qubestools.devices.QubesDbBlockScanner;
import org.qubestools.devices.QubesDbVm;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbSockets;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/**
 * Times the list of 1,000 devices that one VM publishes in the database of a real daemon, and the bare multiread of the same
 * keys, in turn; prints {@code NAME MEDIAN} in milliseconds. The argument is the folder for the sockets.
 */
public final class DevicesBench {
    private static final String DOMAIN = "work";
    private static final int DEVICES = 1000;
    private static final int ROUNDS = 31;
    private static final int WARM_UP = 10;

    private final List<Double> lists = new ArrayList<>();
    private final List<Double> reads = new ArrayList<>();

    private DevicesBench() {}

    /** See the class. */
    public static void main(String[] arguments) throws Exception {
        new DevicesBench().measure(Path.of(arguments[0]));
    }

    private void measure(Path folder) throws Exception {
        QubesDbOptions options = QubesDbOptions.of(new QubesDbSockets(folder));
        try (QubesDbDaemon daemon = QubesDbDaemon.start(folder, DOMAIN, DaemonOptions.DEFAULT);
                QubesDbClient client = QubesDbClient.of(DOMAIN, options)) {
            for (int i = 0; i < DEVICES; i++) {
                String directory = QubesDbBlockScanner.DIRECTORY + "loop" + i;
                client.write(new QubesDbPath(directory + "/desc"), "a device (" + i + ")");
                client.write(new QubesDbPath(directory + "/size"), String.valueOf(512L * i));
                client.write(new QubesDbPath(directory + "/mode"), "w");
            }
            QubesDbVm vm = new QubesDbVm(DOMAIN, () -> true, client);
            QubesDbPath all = new QubesDbPath(QubesDbBlockScanner.DIRECTORY);
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                long began = System.nanoTime();
                int found = new QubesDbBlockScanner(false).scan(vm).devices().size();
                long listed = System.nanoTime();
                int keys = client.readDirectory(all).size();
                long read = System.nanoTime();
                if (found != DEVICES || keys != 3 * DEVICES) {
                    throw new IllegalStateException(found + " devices, " + keys + " keys");
                }
                if (round >= 0) {
                    lists.add((listed - began) / 1e6);
                    reads.add((read - listed) / 1e6);
                }
            }
        }
        print("list-1000", lists);
        print("multiread", reads);
    }

    private static void print(String name, List<Double> values) {
        Collections.sort(values);
        System.out.printf(Locale.ROOT, "%s %.2f%n", name, values.get(values.size() / 2));
    }
}
