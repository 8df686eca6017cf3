package org.qubestools.cli.output;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.DerivedProperty;
import org.qubestools.core.property.VmProperty;

/** Values of properties as the tools print them. */
public final class PropertyText {
    private PropertyText() {}

    /** The value as {@code qvm-prefs -g} prints it, safe for a terminal; empty for null. */
    public static String of(VmProperty property, VmView view, LocalTime local) {
        Object value = property.value(view);
        if (value instanceof Long seconds && property == DerivedProperty.LAST_BACKUP) {
            return time(seconds, local.zone());
        }
        return safe(plain(value));
    }

    /** {@code YYYY-MM-DD HH:MM:SS} in local time. */
    public static String time(long epochSeconds, ZoneId zone) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
                .format(Instant.ofEpochSecond(epochSeconds).atZone(zone));
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
        if (value instanceof Map<?, ?> map) {
            return map(map);
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

    private static String map(Map<?, ?> map) {
        StringBuilder text = new StringBuilder("{");
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            text.append(text.length() > 1 ? ", " : "")
                    .append('\'')
                    .append(entry.getKey())
                    .append("': ");
            text.append(plain(entry.getValue()));
        }
        return text.append('}').toString();
    }

    /** The name of a VM for a terminal; {@code ?<qid>} for one without. */
    public static String nameOf(QubesVm vm) {
        String name = vm.name();
        String qid = vm.attributes().get("qid");
        return safe(name.isEmpty() ? "?" + (qid == null ? "" : qid) : name);
    }

    /** Letters, digits and signs of any script stay; control, format and unassigned characters become escapes. */
    public static String safe(String untrusted) {
        for (int i = 0; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            if (c < 0x20 || c >= 0x7f) {
                return escaped(untrusted);
            }
        }
        return untrusted;
    }

    private static String escaped(String untrusted) {
        StringBuilder safe = new StringBuilder(untrusted.length() + 16);
        for (int i = 0; i < untrusted.length(); i += Character.charCount(untrusted.codePointAt(i))) {
            int c = untrusted.codePointAt(i);
            if (isHarmless(c)) {
                safe.appendCodePoint(c);
            } else {
                String hex = Integer.toHexString(c);
                int width = c < 0x100 ? 2 : 4;
                safe.append(c < 0x100 ? "\\x" : "\\u")
                        .append("0".repeat(Math.max(0, width - hex.length())))
                        .append(hex);
            }
        }
        return safe.toString();
    }

    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
