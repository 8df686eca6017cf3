package org.qubestools.conformance;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.qubestools.core.libvirt.DriverOperation;

/**
 * What three drivers of libvirt answered to the same operations. The test driver is at hand and asked again; the answers
 * of all three are given to our code, which must make of them what is due. Without libvirt's library every row fails.
 */
final class LibvirtDriverCases implements RuntimeGroup {
    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) {
        List<Object> rows = JsonTree.list(recording.get("rows"));
        for (int i = 0; i < rows.size(); i++) {
            Map<String, Object> row = JsonTree.map(rows.get(i));
            String operation = String.valueOf(row.get("op"));
            report.check(name + " row " + (i + 1) + " (" + operation + ")", () -> compare(operation, row));
        }
    }

    private static List<String> compare(String operation, Map<String, Object> row) throws InterruptedException {
        Map<String, String> answers = new TreeMap<>();
        row.forEach((driver, answer) -> answers.put(driver, String.valueOf(answer)));
        answers.remove("op");
        return DriverOperation.differences(operation, answers);
    }
}
