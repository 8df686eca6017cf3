package org.qubestools.cli.output;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.DerivedProperty;
import org.qubestools.core.property.VmProperty;

/** Values of properties as the tools print them. */
public final class PropertyText {
    /** Of the year 2, and of 9998: whatever the zone. */
    private static final long FIRST_SECOND = -62_104_060_800L;

    private static final long LAST_SECOND = 253_370_764_799L;

    private PropertyText() {}

    /** The value as {@code qvm-prefs -g} prints it, safe for a terminal; empty for null. */
    public static String of(VmProperty property, VmView view, LocalTime local) {
        if (property == DerivedProperty.SERVICES) {
            return safe(Attributes.SERVICES.format(view.facts().services()));
        }
        Object value = property.value(view);
        if (value instanceof Long seconds && property == DerivedProperty.LAST_BACKUP) {
            return time(seconds, local.zone());
        }
        return safe(plain(value));
    }

    /** {@code YYYY-MM-DD HH:MM:SS} in local time; the number itself outside of the years 2 to 9998. */
    public static String time(long epochSeconds, ZoneId zone) {
        return formatted("yyyy-MM-dd HH:mm:ss", epochSeconds, zone);
    }

    /** The same without the time of the day. */
    public static String day(long epochSeconds, ZoneId zone) {
        return formatted("yyyy-MM-dd", epochSeconds, zone);
    }

    private static String formatted(String pattern, long epochSeconds, ZoneId zone) {
        boolean usual = epochSeconds >= FIRST_SECOND && epochSeconds <= LAST_SECOND;
        return usual
                ? DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
                        .format(Instant.ofEpochSecond(epochSeconds).atZone(zone))
                : String.valueOf(epochSeconds);
    }

    private static String plain(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof Boolean bool) {
            return bool ? "True" : "False";
        }
        if (value instanceof List<?> list) {
            return list(list);
        }
        return String.valueOf(value);
    }

    private static String list(List<?> list) {
        StringBuilder text = new StringBuilder("[");
        for (Object item : list) {
            text.append(text.length() > 1 ? ", " : "").append('\'').append(item).append('\'');
        }
        return text.append(']').toString();
    }

    /** The name of a VM for a terminal; {@code ?<qid>} for one without. */
    public static String nameOf(QubesVm vm) {
        String name = vm.name();
        String qid = vm.attributes().get("qid");
        return safe(name.isEmpty() ? "?" + (qid == null ? "" : qid) : name);
    }

    /** What could harm a terminal becomes an escape, see {@link SafeText#readable}. */
    public static String safe(String untrusted) {
        return SafeText.readable(untrusted);
    }
}
