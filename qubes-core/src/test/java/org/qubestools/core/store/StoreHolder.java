package org.qubestools.core.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;

/**
 * Another process with the store open: a child JVM that runs {@link #main}, or any program that prints a line when it
 * has what it wants and goes on when it gets one.
 */
final class StoreHolder implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    private StoreHolder(List<String> command) throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** A program; its first line of output is not read yet. */
    static StoreHolder of(List<String> command) throws IOException {
        return new StoreHolder(command);
    }

    /** A child JVM: "shared" or "exclusive" holds the lock until told, "count N" adds one to the store N times. */
    static StoreHolder java(Path store, String... mode) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(StoreHolder.class.getName());
        command.add(store.toString());
        command.addAll(List.of(mode));
        return new StoreHolder(command);
    }

    /** The next line that the program prints, "null" at its end. */
    String answer() throws IOException {
        return String.valueOf(answers.readLine());
    }

    /** Lets the program go on. */
    void goOn() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    long pid() {
        return process.pid();
    }

    int waitFor() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        answers.close();
    }

    public static void main(String[] args) throws IOException {
        Path store = Path.of(args[0]);
        LockWait wait = LockWait.forever(line -> {});
        if (args[1].equals("count")) {
            count(store, Integer.parseInt(args[2]));
            return;
        }
        try (StoreFile file = args[1].equals("shared")
                ? StoreFile.openShared(store, wait)
                : StoreFile.openExclusive(store, wait, FileLayer.system(), Ownership.leftAlone())) {
            System.out.println("have " + new String(file.read(), StandardCharsets.US_ASCII));
            System.in.read();
        }
    }

    /** Adds one to the number in the store, so many times. */
    static void count(Path store, int times) {
        LockWait wait = LockWait.forever(line -> {});
        for (int i = 0; i < times; i++) {
            try (StoreFile file = StoreFile.openExclusive(store, wait, FileLayer.system(), Ownership.leftAlone())) {
                int number = Integer.parseInt(new String(file.read(), StandardCharsets.US_ASCII));
                file.replace(Integer.toString(number + 1).getBytes(StandardCharsets.US_ASCII));
            }
        }
    }
}
