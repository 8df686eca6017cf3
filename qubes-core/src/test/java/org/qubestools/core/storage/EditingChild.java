package org.qubestools.core.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.store.StoreFile;

/**
 * Another process that edits without end: the store holds a number, and one directory carries it in its name; each edit
 * counts on.
 */
final class EditingChild implements AutoCloseable {
    private final Process process;

    private EditingChild(Process process) {
        this.process = process;
    }

    /** Starts one and waits until its first edit is done. */
    static EditingChild start(Path store) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EditingChild.class.getName(),
                        store.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))
                .readLine();
        if (!"edited".equals(line)) {
            throw new IOException("the child said " + line);
        }
        return new EditingChild(process);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** kill -9 */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    public static void main(String[] args) throws InterruptedException {
        Path store = Path.of(args[0]);
        edit(store);
        System.out.println("edited");
        while (true) {
            // As between two commands: without a pause one process would hardly ever let another one in.
            Thread.sleep(5);
            edit(store);
        }
    }

    /** One edit: the directory of the next number is made, that of this number goes. */
    static void edit(Path store) {
        FileLayer layer = FileLayer.system();
        Ownership ownership = Ownership.leftAlone();
        Path journal = store.resolveSibling(".qvm-pending");
        LockWait wait = LockWait.forever(line -> {});
        try (StoreFile file = StoreFile.openExclusive(store, wait, layer, ownership)) {
            byte[] before = file.read();
            FileChanges.recover(layer, journal, before);
            int number = Integer.parseInt(new String(before, StandardCharsets.US_ASCII));
            byte[] after = Integer.toString(number + 1).getBytes(StandardCharsets.US_ASCII);
            FileChanges changes = new FileChanges();
            changes.create(store.resolveSibling("vm" + (number + 1)), (staging, l) -> {
                l.createDirectory(staging.resolve("kernels"));
                l.writeFile(staging.resolve("kernels/vmlinuz"), after);
            });
            changes.delete(store.resolveSibling("vm" + number));
            try (FileChanges.Applied applied = changes.apply(layer, journal, ownership, before, after)) {
                file.replace(after);
                applied.commit();
            }
        }
    }
}
