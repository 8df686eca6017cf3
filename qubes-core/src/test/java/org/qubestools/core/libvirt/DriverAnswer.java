package org.qubestools.core.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a driver answered to an operation, in the words of the recordings.
 *
 * @param text such as {@code ok}, {@code error 9}, {@code ok; events STARTED, SUSPENDED}, with remarks for people; what
 *     begins with {@code -} or {@code not run} was not tried
 */
record DriverAnswer(String text) {
    private static final Pattern CODE = Pattern.compile("(?:error|older libvirt:|else) (\\d+)");
    private static final Pattern EVENT = Pattern.compile("\\b[A-Z_]{5,}(?:/[A-Z_]+)?\\b");

    boolean isOk() {
        return text.matches("ok\\b.*");
    }

    /** Nothing was recorded, not even in a remark. */
    boolean isNothing() {
        return text.equals("-") || (text.startsWith("not run") && codes().isEmpty());
    }

    /** All numbers of errors, those of remarks too. */
    List<Integer> codes() {
        List<Integer> codes = new ArrayList<>();
        Matcher code = CODE.matcher(text);
        while (code.find()) {
            codes.add(Integer.valueOf(code.group(1)));
        }
        return codes;
    }

    /** Words of events, such as {@code STOPPED/DESTROYED}; only of an operation that is recorded with events. */
    List<String> events() {
        List<String> events = new ArrayList<>();
        Matcher event = EVENT.matcher(text);
        while (event.find()) {
            events.add(event.group());
        }
        return events;
    }

    /** Whether it says this, and perhaps remarks behind it. */
    boolean agreesWith(String seen) {
        return text.startsWith(seen)
                && (text.length() == seen.length() || !Character.isLetterOrDigit(text.charAt(seen.length())));
    }
}
