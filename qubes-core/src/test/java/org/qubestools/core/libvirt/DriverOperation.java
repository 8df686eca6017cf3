package org.qubestools.core.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One operation of the recordings of libvirt's drivers.
 *
 * @param real does it on the test driver and tells what that answered, in the words of the recordings; null if nothing of
 *     it is recorded for that driver
 * @param ours holds our code to what it must make of an answer
 */
public record DriverOperation(@Nullable Real real, Ours ours) {
    private static final Set<String> DRIVERS = Set.of("xen", "qemu", "test");

    interface Real {
        String on(DriverTrial trial) throws InterruptedException;
    }

    interface Ours {
        void hold(DriverTrial trial, String driver, DriverAnswer answer) throws InterruptedException;
    }

    /**
     * What differs in one recorded row; empty if nothing does.
     *
     * @param answers driver to its answer
     */
    public static List<String> differences(String operation, Map<String, String> answers) throws InterruptedException {
        DriverOperation tried = DriverOperations.named(operation);
        if (tried == null) {
            return List.of("nobody tries this operation");
        }
        List<String> differences = new ArrayList<>();
        int held = 0;
        for (Map.Entry<String, String> entry : answers.entrySet()) {
            String driver = entry.getKey();
            DriverAnswer answer = new DriverAnswer(entry.getValue());
            if (!DRIVERS.contains(driver)) {
                differences.add("no driver '" + driver + "' is known");
            } else if (!answer.isNothing()) {
                held++;
                for (String difference : tried.differences(driver, answer)) {
                    differences.add(driver + ": " + difference);
                }
            }
        }
        if (held == 0) {
            differences.add("no driver has an answer");
        }
        return differences;
    }

    private List<String> differences(String driver, DriverAnswer answer) throws InterruptedException {
        List<String> differences = new ArrayList<>();
        if (driver.equals("test")) {
            if (real == null) {
                differences.add("nobody tries this on the test driver");
            } else {
                try (DriverTrial trial = new DriverTrial(driver)) {
                    String seen = real.on(trial);
                    if (!answer.agreesWith(seen)) {
                        differences.add("the driver answers <" + seen + ">, not <" + answer.text() + ">");
                    }
                }
            }
        }
        try (DriverTrial trial = new DriverTrial(driver)) {
            ours.hold(trial, driver, answer);
            differences.addAll(trial.differences());
        }
        return differences;
    }
}
