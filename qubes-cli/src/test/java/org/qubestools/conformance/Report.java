package org.qubestools.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts cases and prints a line for each that fails. */
final class Report {
    private final PrintStream out;
    private final String skipping;
    private final Map<String, Integer> skipped = new LinkedHashMap<>();
    private int passed;
    private int failed;

    /** {@code skipping}: what the reasons for skipped cases are. */
    Report(PrintStream out, String skipping) {
        this.out = out;
        this.skipping = skipping;
    }

    /** What differs in one case; empty if nothing does. */
    void result(String name, List<String> differences) {
        if (differences.isEmpty()) {
            passed++;
            return;
        }
        failed++;
        out.println("FAILED " + name + ": " + String.join("; ", differences));
    }

    /** As {@link #result} for what the case finds; a case that breaks off or hangs fails, and the next ones run. */
    void check(String name, Border.Case found) {
        result(name, Border.run(found));
    }

    /** Runs a step that reports its own cases; it counts as one only if it breaks off. */
    void border(String name, Border.Step step) {
        try {
            step.run();
        } catch (IOException | RuntimeException e) {
            result(name, List.of("cannot be run: " + e));
        }
    }

    void skip(String reason) {
        skipped.merge(reason, 1, Integer::sum);
    }

    int passed() {
        return passed;
    }

    int failed() {
        return failed;
    }

    void close() {
        int total = 0;
        List<String> reasons = new ArrayList<>();
        for (Map.Entry<String, Integer> entry : skipped.entrySet()) {
            total += entry.getValue();
            reasons.add(entry.getKey() + " (" + entry.getValue() + ")");
        }
        if (!reasons.isEmpty()) {
            out.println("skipped, " + skipping + ": " + String.join(", ", reasons));
        }
        out.println(passed + " passed, " + failed + " failed, " + total + " skipped");
    }
}
