package org.qubestools.devices;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.UntrustedValue;

/** The port over the QubesDB of a VM, which stays the caller's. */
public final class QubesDbVm implements PublishingVm {
    private final String name;
    private final BooleanSupplier running;
    private final QubesDb database;

    /** {@code running} is asked at each listing. */
    public QubesDbVm(String name, BooleanSupplier running, QubesDb database) {
        this.name = name;
        this.running = running;
        this.database = database;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isRunning() {
        return running.getAsBoolean();
    }

    @Override
    public Map<String, ByteText> untrustedTree(String directory) throws QubesDbException, InterruptedException {
        Map<String, ByteText> tree = new TreeMap<>();
        for (Map.Entry<QubesDbPath, UntrustedValue> entry :
                database.readDirectory(new QubesDbPath(directory)).entrySet()) {
            tree.put(entry.getKey().text(), ByteText.of(entry.getValue().untrustedBytes()));
        }
        return tree;
    }

    @Override
    public void refresh() {
        database.refresh();
    }
}
