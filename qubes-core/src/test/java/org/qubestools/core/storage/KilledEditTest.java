package org.qubestools.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.TestFiles;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.store.StoreFile;

/** Real processes that edit at the same time and are killed at any moment; 1,000 times with {@code -Dqubes.long=true}. */
class KilledEditTest {
    private static final int KILLS = Boolean.getBoolean("qubes.long") ? 1000 : 20;

    @TempDir
    Path dir;

    private Path store;

    @BeforeEach
    void makeStore() throws IOException {
        store = Files.writeString(dir.resolve("qubes.xml"), "1");
        Files.createDirectories(dir.resolve("vm1/kernels"));
    }

    @Test
    void killsAtAnyMomentLeaveStoreAndFilesInStep() throws Exception {
        long seed = 20261125;
        Random random = new Random(seed);
        AtomicBoolean enough = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<Integer> reads = thread.submit(() -> readUntil(enough));
        EditingChild[] writers = {EditingChild.start(store), EditingChild.start(store)};

        for (int kill = 0; kill < KILLS; kill++) {
            Thread.sleep(random.nextInt(60));
            int victim = random.nextInt(writers.length);
            assertThat(writers[victim].isAlive()).isTrue();
            writers[victim].close();
            writers[victim] = EditingChild.start(store);
        }
        for (EditingChild writer : writers) {
            writer.close();
        }
        enough.set(true);

        assertThat(reads.get()).isPositive();
        thread.shutdown();
        EditingChild.edit(store);
        assertThat(TestFiles.names(dir)).as("seed %s", seed).isEqualTo(Set.of("qubes.xml", "vm" + number()));
    }

    /** Reads all the time; the number of good reads. */
    private int readUntil(AtomicBoolean enough) throws InterruptedException {
        int last = 0;
        int count = 0;
        while (!enough.get()) {
            int now = number();
            assertThat(now).isGreaterThanOrEqualTo(last);
            last = now;
            count++;
            Thread.sleep(1);
        }
        return count;
    }

    private int number() {
        try (StoreFile file = StoreFile.openShared(store, LockWait.forever(line -> {}))) {
            return Integer.parseInt(new String(file.read(), StandardCharsets.US_ASCII));
        }
    }
}
