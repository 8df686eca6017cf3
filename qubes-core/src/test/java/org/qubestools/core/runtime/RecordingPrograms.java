package org.qubestools.core.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Notes every program that is run, one line each, and answers as it was told; else with success and no word. */
public final class RecordingPrograms implements Programs {
    private final List<String> lines = new ArrayList<>();
    private final Map<String, Outcome> outcomes = new HashMap<>();

    @Override
    public Outcome run(Command command) {
        StringBuilder line = new StringBuilder("exec");
        command.environment().forEach((name, value) -> line.append(' ').append(name + "=" + value));
        command.words().forEach(word -> line.append(' ').append(word));
        if (!command.input().isEmpty()) {
            line.append(" <<< ").append(command.input());
        }
        lines.add(line.toString());
        return outcomes.getOrDefault(command.program(), Outcome.OK);
    }

    /** What a program of this path leaves behind from now on. */
    public RecordingPrograms answering(String program, int status, String output, String errors) {
        outcomes.put(program, new Outcome(status, output, errors));
        return this;
    }

    /** {@code exec VARIABLE=VALUE PROGRAM ARGUMENT <<< INPUT}, in order. */
    public List<String> lines() {
        return List.copyOf(lines);
    }
}
