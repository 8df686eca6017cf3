package org.qubestools.core.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;

/** The port to programs of the host that do one thing and end, or go to the background by themselves. */
public interface Programs {
    /**
     * A program to run.
     *
     * @param prefix words before it, such as {@code runuser -u user --}
     * @param command the program and its arguments
     * @param environment variables that it gets beside ours
     * @param input its standard input
     * @param limit how long it may take; null for as long as it likes
     */
    record Command(
            List<String> prefix,
            List<String> command,
            Map<String, String> environment,
            String input,
            @Nullable Duration limit) {
        public Command {
            prefix = List.copyOf(prefix);
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }

        /** A program with nothing around it. */
        public static Command of(List<String> command) {
            return new Command(List.of(), command, Map.of(), "", null);
        }

        public static Command of(String... command) {
            return of(List.of(command));
        }

        public Command after(List<String> words) {
            return new Command(words, command, environment, input, limit);
        }

        public Command with(Map<String, String> variables) {
            return new Command(prefix, command, variables, input, limit);
        }

        public Command with(String text) {
            return new Command(prefix, command, environment, text, limit);
        }

        public Command within(Duration time) {
            return new Command(prefix, command, environment, input, time);
        }

        public String program() {
            return command.get(0);
        }

        /** All words, the prefix first. */
        public List<String> words() {
            List<String> words = new ArrayList<>(prefix);
            words.addAll(command);
            return words;
        }

        public Optional<Duration> timeLimit() {
            return Optional.ofNullable(limit);
        }
    }

    /**
     * What it left behind.
     *
     * @param status exit status
     * @param untrustedOutput all it printed, at most 1 MiB
     * @param untrustedErrors the end of what it printed as errors
     */
    record Outcome(int status, String untrustedOutput, String untrustedErrors) {
        public static final Outcome OK = new Outcome(0, "", "");
    }

    /**
     * Runs a program to its end.
     *
     * @throws QubesException FAILED if it is not there, cannot be run or takes too long; CANCELLED on interruption
     */
    Outcome run(Command command);
}
