package org.qubestools.conformance;

import java.util.ArrayList;
import java.util.List;

/** Where a list of lines is not as recorded. */
final class LineDifference {
    private LineDifference() {}

    /** Empty if both are the same; else a line for each place, at most five. */
    static List<String> of(List<String> found, List<String> expected) {
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < Math.max(found.size(), expected.size()) && differences.size() < 5; i++) {
            String is = i < found.size() ? found.get(i) : "(nothing)";
            String shall = i < expected.size() ? expected.get(i) : "(nothing)";
            if (!is.equals(shall)) {
                differences.add("line " + (i + 1) + " is '" + is + "', not '" + shall + "'");
            }
        }
        return differences;
    }
}
