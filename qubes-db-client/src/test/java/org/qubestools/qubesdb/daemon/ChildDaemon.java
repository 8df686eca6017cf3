package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A daemon in a process of its own: {@link #main} is that process, the rest is for the test. */
final class ChildDaemon implements AutoCloseable {
    private final Process process;
    private final String line;

    private ChildDaemon(Process process) throws IOException {
        this.process = process;
        StringBuilder text = new StringBuilder();
        InputStream output = process.getInputStream();
        for (int c = output.read(); c >= 0 && c != '\n'; c = output.read()) {
            text.append((char) c);
        }
        this.line = text.toString();
    }

    /** Starts one in this folder, and waits until it has said how that went. */
    static ChildDaemon start(Path folder) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ChildDaemon.class.getName(),
                folder.toString());
        return new ChildDaemon(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** "serving", or why not. */
    String line() {
        return line;
    }

    long pid() {
        return process.pid();
    }

    /** As {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        process.getInputStream().close();
    }

    /** Serves the domain work in a folder until it is killed. */
    public static void main(String[] arguments) throws Exception {
        try (QubesDbDaemon daemon =
                QubesDbDaemon.start(Path.of(arguments[0]), "work", DaemonOptions.DEFAULT.asLocal())) {
            say("serving");
            while (System.in.read() >= 0) {
                daemon.linkState();
            }
        } catch (DaemonRunsException e) {
            say("runs already");
        } catch (IOException e) {
            say(String.valueOf(e.getMessage()));
            throw new UncheckedIOException(e);
        }
    }

    private static void say(String text) throws IOException {
        System.out.write((text + "\n").getBytes(StandardCharsets.US_ASCII));
        System.out.flush();
    }
}
