package org.qubestools.core.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The eight colours; a name is case-sensitive, the order is the one of the index. */
public enum Label {
    RED(1, 0xcc0000),
    ORANGE(2, 0xf57900),
    YELLOW(3, 0xedd400),
    GREEN(4, 0x73d216),
    GRAY(5, 0x555753),
    BLUE(6, 0x3465a4),
    PURPLE(7, 0x75507b),
    BLACK(8, 0x000000);

    private static final Label[] ALL = values();

    private final int index;
    private final int color;
    private final String text;

    Label(int index, int color) {
        this.index = index;
        this.color = color;
        this.text = name().toLowerCase(Locale.ROOT);
    }

    /** The label of exactly this name, or null. */
    public static @Nullable Label of(String name) {
        for (Label label : ALL) {
            if (label.text.equals(name)) {
                return label;
            }
        }
        return null;
    }

    /** All names in index order, separated by comma and space, for messages. */
    public static String names() {
        StringBuilder names = new StringBuilder();
        for (Label label : ALL) {
            names.append(names.isEmpty() ? "" : ", ").append(label.text);
        }
        return names.toString();
    }

    public String text() {
        return text;
    }

    /** 1 for red to 8 for black. */
    public int index() {
        return index;
    }

    /** 0xRRGGBB. */
    public int color() {
        return color;
    }

    /** Name of the icon file without directory and ending. */
    public String icon(boolean disposable) {
        return (disposable ? "dispvm-" : "appvm-") + text;
    }
}
