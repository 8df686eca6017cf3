package org.qubestools.core.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * One program to run: an argument list, never a shell; messages in English ({@code LC_ALL=C}); empty standard input.
 *
 * <p>Immutable; the {@code with} methods return another one. Whatever ends {@link #run}, the program has ended too.
 */
public final class Subprocess {
    private static final int DEFAULT_OUTPUT_LIMIT = 1 << 20;
    private static final int ERROR_TAIL = 4096;
    private static final int ERROR_CHUNK = 1 << 20;
    private static final long LONGEST_PAUSE_MILLIS = 20;
    private static final int MAX_INPUT = 1 << 16;

    private final List<String> command;
    private final int outputLimit;
    private final @Nullable Duration timeout;
    private final boolean ownInput;
    private final Map<String, String> environment;
    private final String input;

    private Subprocess(
            List<String> command,
            int outputLimit,
            @Nullable Duration timeout,
            boolean ownInput,
            Map<String, String> environment,
            String input) {
        this.command = command;
        this.outputLimit = outputLimit;
        this.timeout = timeout;
        this.ownInput = ownInput;
        this.environment = environment;
        this.input = input;
    }

    /** A program, by path or by name in PATH, and its arguments. */
    public static Subprocess of(List<String> command) {
        return new Subprocess(List.copyOf(command), DEFAULT_OUTPUT_LIMIT, null, false, Map.of(), "");
    }

    public static Subprocess of(String... command) {
        return of(List.of(command));
    }

    /** More than {@code bytes} on standard output (1 MiB unless set) is an error. */
    public Subprocess withOutputLimit(int bytes) {
        return new Subprocess(command, bytes, timeout, ownInput, environment, input);
    }

    /** Running longer is an error; no limit unless set. */
    public Subprocess withTimeout(Duration limit) {
        return new Subprocess(command, outputLimit, limit, ownInput, environment, input);
    }

    /** The program reads our own standard input. */
    public Subprocess withOurInput() {
        return new Subprocess(command, outputLimit, timeout, true, environment, input);
    }

    /** The program gets these variables too. */
    public Subprocess withEnvironment(Map<String, String> variables) {
        return new Subprocess(command, outputLimit, timeout, ownInput, Map.copyOf(variables), input);
    }

    /**
     * {@link #run} gives the program this text, as UTF-8, as its standard input; one that does not read it is fine.
     *
     * @throws QubesException INVALID_VALUE for more than 64 KiB: that much a pipe holds without a reader
     */
    public Subprocess withInput(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_INPUT) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, "the input of " + program() + " is longer than " + MAX_INPUT + " bytes");
        }
        return new Subprocess(command, outputLimit, timeout, ownInput, environment, text);
    }

    /**
     * What a program left behind.
     *
     * @param status exit status, 128 + n if signal n ended it
     * @param stdout everything it wrote
     * @param untrustedStderr the last 4 KiB, not yet fit for a terminal
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared; the bytes are handed over
    public record Result(String program, int status, byte[] stdout, String untrustedStderr) {
        /** Throws QubesException (FAILED) with the last line of its messages unless the status is 0. */
        public Result requireSuccess() {
            if (status != 0) {
                String said = untrustedStderr.isBlank() ? "" : ": " + SafeText.of(lastLine(untrustedStderr.strip()));
                throw new QubesException(ErrorKind.FAILED, program + " failed with status " + status + said);
            }
            return this;
        }

        private static String lastLine(String text) {
            return text.substring(text.lastIndexOf('\n') + 1);
        }
    }

    /**
     * Starts the program for a conversation: the caller writes its input, reads its output and closes it. The limit of
     * output and the timeout do not apply.
     *
     * @throws QubesException FAILED if it cannot be started
     */
    public PipedProcess startPiped() {
        return new PipedProcess(program(), start());
    }

    /**
     * Runs the program to its end.
     *
     * @throws QubesException FAILED if it cannot be started, prints or takes too much, CANCELLED on interruption
     */
    public Result run() {
        Process process = startWithInput();
        try (ProcessOutput stdout = new ProcessOutput(process.getInputStream());
                ProcessOutput stderr = new ProcessOutput(process.getErrorStream())) {
            long begin = WaitTime.SYSTEM.millis();
            long pause = 1;
            boolean ended = false;
            // Both streams are asked in turn, so that no thread is needed for either.
            while (!ended) {
                ended = process.waitFor(pause, TimeUnit.MILLISECONDS);
                boolean printed = stdout.take(outputLimit + 1L);
                boolean complained = stderr.take(ERROR_CHUNK);
                stderr.keepLast(ERROR_TAIL);
                requireWithinLimits(stdout.size(), ended, WaitTime.SYSTEM.millis() - begin);
                pause = printed || complained ? 1 : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
            // The JDK now replaces each pipe by what is left in it, so that a child that keeps the pipe open does not
            // make us wait; a moment for that.
            Thread.sleep(1);
            stdout.takeRest(outputLimit + 1L);
            stderr.takeRest(ERROR_CHUNK);
            stderr.keepLast(ERROR_TAIL);
            requireWithinLimits(stdout.size(), true, 0);
            String messages = new String(stderr.content(), StandardCharsets.UTF_8);
            return new Result(program(), process.exitValue(), stdout.content(), messages);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while " + program() + " was running", null, e);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot read the output of " + program() + ": " + IoReason.of(e), null, e);
        } finally {
            kill(process);
        }
    }

    /**
     * Runs the program to its end; it reads and writes our own standard streams. The limit of output and the timeout do not
     * apply.
     *
     * @return exit status, 128 + n if signal n ended it
     * @throws QubesException FAILED if it cannot be started, CANCELLED on interruption
     */
    public int runInOurStreams() {
        Process process;
        try {
            process = new ProcessBuilder(command).inheritIO().start();
        } catch (IOException e) {
            throw notRun(e);
        }
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while " + program() + " was running", null, e);
        } finally {
            kill(process);
        }
    }

    private void requireWithinLimits(int size, boolean ended, long millis) {
        if (size > outputLimit) {
            throw new QubesException(
                    ErrorKind.FAILED, program() + " printed more than " + outputLimit + " bytes and was stopped");
        }
        if (!ended && timeout != null && millis >= timeout.toMillis()) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    program() + " did not end within " + timeout.toMillis() + " milliseconds and was stopped");
        }
    }

    private Process startWithInput() {
        Process process = start();
        try (OutputStream out = process.getOutputStream()) {
            if (!input.isEmpty()) {
                out.write(input.getBytes(StandardCharsets.UTF_8));
            }
            return process;
        } catch (IOException e) {
            if (!input.isEmpty()) {
                return process; // it has ended, or closed its input: what it did without counts
            }
            kill(process);
            throw notRun(e);
        }
    }

    private Process start() {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C");
        builder.environment().putAll(environment);
        if (ownInput) {
            builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
        }
        try {
            return builder.start();
        } catch (IOException e) {
            throw notRun(e);
        }
    }

    private QubesException notRun(IOException e) {
        return new QubesException(
                ErrorKind.FAILED, "cannot run " + program() + ": " + IoReason.ofStart(e), "is it installed?", e);
    }

    /**
     * Ends a process and all it started, and waits for its end; does nothing if it has ended.
     *
     * <p>Through its handle: the other way the JDK closes its input too, for which it waits for a blocked writer.
     */
    static void kill(Process process) {
        if (process.isAlive()) {
            halted(process).forEach(ProcessHandle::destroyForcibly);
            awaitEnd(process);
        }
    }

    /**
     * Stops a process and all it started, generation by generation: a stopped one starts no other, while a shell that is
     * killed at once may leave behind what it started since it was looked at.
     */
    private static Set<ProcessHandle> halted(Process process) {
        Set<ProcessHandle> halted = new LinkedHashSet<>();
        List<ProcessHandle> fresh = List.of(process.toHandle());
        while (!fresh.isEmpty()) {
            halted.addAll(fresh);
            stop(fresh);
            fresh = process.descendants()
                    .filter(child -> !halted.contains(child))
                    .toList();
        }
        return halted;
    }

    /** By the shell's own kill: the JDK has no SIGSTOP. */
    private static void stop(List<ProcessHandle> processes) {
        String pids = processes.stream().map(it -> Long.toString(it.pid())).collect(Collectors.joining(" "));
        try {
            awaitEnd(new ProcessBuilder("/bin/sh", "-c", "kill -STOP " + pids)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            return; // without a shell they are killed as they are
        }
    }

    private static void awaitEnd(Process process) {
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private String program() {
        return command.get(0);
    }
}
