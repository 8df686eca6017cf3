package org.qubestools.cli.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.Examination;
import org.qubestools.core.repair.Finding;
import org.qubestools.core.repair.Mending;

/** Findings and mendings, for people and for scripts. */
final class FindingText {
    private FindingText() {}

    /** Two lines: what is so, and what to do. */
    static List<String> lines(Finding finding, Examination examination) {
        Optional<Mending> mending = examination.mending(finding);
        String mark = finding.isProblem() ? "" : "note: ";
        return List.of(
                mark + finding.about() + ": " + finding.code() + where(finding) + ": " + finding.text(),
                "    "
                        + (mending.isPresent()
                                ? "can be mended: " + mending.get().text()
                                : examination.mendable().contains(finding)
                                        ? "is mended along with another problem"
                                        : finding.advice()));
    }

    private static String where(Finding finding) {
        Finding.Place place = finding.place();
        List<String> parts = new ArrayList<>(2);
        if (!place.attribute().isEmpty() && !place.attribute().equals(finding.about())) {
            parts.add(place.attribute());
        }
        if (place.line() > 0) {
            parts.add("line " + place.line());
        }
        if (!place.path().isEmpty()) {
            parts.add(place.path());
        }
        return parts.isEmpty() ? "" : " (" + String.join(", ", parts) + ")";
    }

    static String line(Mending mending) {
        return mending.about() + ": " + mending.code() + ": " + mending.text();
    }

    static Map<String, Object> json(Finding finding, @Nullable Mending mending) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
        object.put("code", finding.code());
        object.put("about", finding.about());
        object.put("attribute", finding.place().attribute());
        object.put("line", (long) finding.place().line());
        object.put("path", finding.place().path());
        object.put("text", finding.text());
        object.put("advice", finding.advice());
        object.put("mending", mending == null ? null : mending.text());
        return object;
    }

    static List<Object> json(Examination examination) {
        List<Object> findings = new ArrayList<>();
        for (Finding finding : examination.findings()) {
            findings.add(json(finding, examination.mending(finding).orElse(null)));
        }
        return findings;
    }

    /** {@code 1 problem}, {@code 3 problems}. */
    static String problems(int number) {
        return number == 1 ? "1 problem" : number + " problems";
    }
}
