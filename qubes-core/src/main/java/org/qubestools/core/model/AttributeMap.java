package org.qubestools.core.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The attributes of one XML element as text, in document order; immutable. */
public final class AttributeMap {
    public static final AttributeMap EMPTY = new AttributeMap(new String[0], new String[0]);

    private final String[] names;
    private final String[] values;

    private AttributeMap(String[] names, String[] values) {
        this.names = names;
        this.values = values;
    }

    /** Takes the first {@code count} entries of both arrays, which it copies. */
    public static AttributeMap of(String[] names, String[] values, int count) {
        return new AttributeMap(Arrays.copyOf(names, count), Arrays.copyOf(values, count));
    }

    /** The text of the attribute, or null if it is absent. */
    public @Nullable String get(String name) {
        int index = indexOf(name);
        return index < 0 ? null : values[index];
    }

    public boolean has(String name) {
        return indexOf(name) >= 0;
    }

    public int size() {
        return names.length;
    }

    public String name(int index) {
        return names[index];
    }

    public String value(int index) {
        return values[index];
    }

    public List<String> names() {
        return List.of(names);
    }

    /** The same with one attribute set; an absent one goes to the end. */
    public AttributeMap with(String name, String value) {
        int index = indexOf(name);
        if (index >= 0) {
            String[] changed = values.clone();
            changed[index] = value;
            return new AttributeMap(names, changed);
        }
        String[] moreNames = Arrays.copyOf(names, names.length + 1);
        String[] moreValues = Arrays.copyOf(values, values.length + 1);
        moreNames[names.length] = name;
        moreValues[values.length] = value;
        return new AttributeMap(moreNames, moreValues);
    }

    /** The same without one attribute. */
    public AttributeMap without(String name) {
        if (!has(name)) {
            return this;
        }
        List<String> restNames = new ArrayList<>(names.length);
        List<String> restValues = new ArrayList<>(names.length);
        for (int i = 0; i < names.length; i++) {
            if (!names[i].equals(name)) {
                restNames.add(names[i]);
                restValues.add(values[i]);
            }
        }
        return new AttributeMap(restNames.toArray(new String[0]), restValues.toArray(new String[0]));
    }

    /** The same attributes ordered by name. */
    public AttributeMap sorted() {
        String[] sortedNames = names.clone();
        Arrays.sort(sortedNames);
        String[] sortedValues = new String[sortedNames.length];
        for (int i = 0; i < sortedNames.length; i++) {
            sortedValues[i] = values[indexOf(sortedNames[i])];
        }
        return new AttributeMap(sortedNames, sortedValues);
    }

    private int indexOf(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AttributeMap that
                && Arrays.equals(names, that.names)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(names) + Arrays.hashCode(values);
    }
}
