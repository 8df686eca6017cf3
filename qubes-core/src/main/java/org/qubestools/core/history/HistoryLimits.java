package org.qubestools.core.history;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * How much of the history is kept.
 *
 * @param number of generations; 0: no history is written
 * @param days that a generation is kept; 0: without end
 */
public record HistoryLimits(int number, int days) {
    /** The setting for {@link #number}. */
    public static final String NUMBER = "QUBES_HISTORY";

    /** The setting for {@link #days}. */
    public static final String DAYS = "QUBES_HISTORY_DAYS";

    private static final int DEFAULT_NUMBER = 200;
    private static final int DEFAULT_DAYS = 90;
    private static final int MAX_DIGITS = 6;

    /** The limits in force; INVALID_VALUE if one is set to something that is no number. */
    public static HistoryLimits of(Map<String, String> settings) {
        return new HistoryLimits(
                number(settings.get(NUMBER), NUMBER, DEFAULT_NUMBER), number(settings.get(DAYS), DAYS, DEFAULT_DAYS));
    }

    private static int number(@Nullable String untrusted, String name, int otherwise) {
        if (untrusted == null || untrusted.isEmpty()) {
            return otherwise;
        }
        boolean digits = untrusted.length() <= MAX_DIGITS;
        for (int i = 0; i < untrusted.length(); i++) {
            digits &= untrusted.charAt(i) >= '0' && untrusted.charAt(i) <= '9';
        }
        if (!digits) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, name + " is a number from 0 on, not '" + SafeText.of(untrusted) + "'");
        }
        return Integer.parseInt(untrusted);
    }
}
