package org.qubestools.cli.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** By what VMs are tied together. */
public enum Grouping {
    NETVM("netvm", "VMs by the VM that gives them network", "Without netvm and clients"),
    TEMPLATE("template", "VMs by their template", "Without template and VMs based on it"),
    DEVICE("device", "Devices and the VMs that have them", "Without VMs");

    /** The words that users choose from. */
    public static final List<String> WORDS = List.of("netvm", "template", "device");

    private final String word;
    private final String title;
    private final String rest;

    Grouping(String word, String title, String rest) {
        this.word = word;
        this.title = title;
        this.rest = rest;
    }

    /** The grouping of this word, or null. */
    public static @Nullable Grouping of(String word) {
        for (Grouping grouping : values()) {
            if (grouping.word.equals(word)) {
                return grouping;
            }
        }
        return null;
    }

    public String word() {
        return word;
    }

    /** Above the picture. */
    public String title() {
        return title;
    }

    /** Above what nothing is tied to. */
    String rest() {
        return rest;
    }
}
