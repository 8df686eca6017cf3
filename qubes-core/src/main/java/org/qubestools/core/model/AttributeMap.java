package org.qubestools.core.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The attributes of one XML element as text, in document order; immutable. */
public final class AttributeMap {
    public static final AttributeMap EMPTY = new AttributeMap(new Names(new String[0]), new String[0]);

    private final Names names;
    private final String[] values;

    private AttributeMap(Names names, String[] values) {
        this.names = names;
        this.values = values;
    }

    /** Takes the first {@code count} entries of both arrays, which it copies. */
    public static AttributeMap of(String[] names, String[] values, int count) {
        return new AttributeMap(new Names(Arrays.copyOf(names, count)), Arrays.copyOf(values, count));
    }

    /** As {@link #of} with the names of this element and the first of {@code values}, one for each name. */
    public AttributeMap withValues(String[] newValues) {
        String[] copy = new String[values.length];
        System.arraycopy(newValues, 0, copy, 0, copy.length); // twice as fast as copyOf while neither is compiled
        return new AttributeMap(names, copy);
    }

    /** The text of the attribute, or null if it is absent. */
    public @Nullable String get(String name) {
        int index = names.indexOf(name);
        return index < 0 ? null : values[index];
    }

    public boolean has(String name) {
        return names.indexOf(name) >= 0;
    }

    public int size() {
        return values.length;
    }

    public String name(int index) {
        return names.all[index];
    }

    public String value(int index) {
        return values[index];
    }

    /** What is known of the attribute, or null for one that is only kept. */
    public @Nullable Attribute<?> attribute(int index) {
        return names.attributes()[index];
    }

    /** True if both have the same names in the same order and were read as such. */
    public boolean sharesNames(AttributeMap other) {
        return names == other.names;
    }

    /**
     * The first index from {@code from} on whose value is not the very text that {@code alike} has there; {@link #size}
     * if there is none. Both must share their names.
     */
    @SuppressWarnings("ReferenceEquality") // a reader gives out repeated texts once, so most need no look inside
    public int nextDifference(AttributeMap alike, int from) {
        String[] mine = values;
        String[] others = alike.values;
        int index = from;
        while (index < mine.length && mine[index] == others[index]) {
            index++;
        }
        return index;
    }

    public List<String> names() {
        return List.of(names.all);
    }

    /** The same with one attribute set; an absent one goes to the end. */
    public AttributeMap with(String name, String value) {
        int index = names.indexOf(name);
        if (index >= 0) {
            String[] changed = values.clone();
            changed[index] = value;
            return new AttributeMap(names, changed);
        }
        String[] moreNames = Arrays.copyOf(names.all, values.length + 1);
        String[] moreValues = Arrays.copyOf(values, values.length + 1);
        moreNames[values.length] = name;
        moreValues[values.length] = value;
        return new AttributeMap(new Names(moreNames), moreValues);
    }

    /** The same without one attribute. */
    public AttributeMap without(String name) {
        if (!has(name)) {
            return this;
        }
        List<String> restNames = new ArrayList<>(values.length);
        List<String> restValues = new ArrayList<>(values.length);
        for (int i = 0; i < values.length; i++) {
            if (!names.all[i].equals(name)) {
                restNames.add(names.all[i]);
                restValues.add(values[i]);
            }
        }
        return new AttributeMap(new Names(restNames.toArray(new String[0])), restValues.toArray(new String[0]));
    }

    /** The same attributes ordered by name. */
    public AttributeMap sorted() {
        Map<String, String> sorted = new TreeMap<>();
        for (int i = 0; i < values.length; i++) {
            sorted.put(names.all[i], values[i]);
        }
        return new AttributeMap(
                new Names(sorted.keySet().toArray(new String[0])),
                sorted.values().toArray(new String[0]));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AttributeMap that
                && Arrays.equals(values, that.values)
                && Arrays.equals(names.all, that.names.all);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(names.all) + Arrays.hashCode(values);
    }

    /** The names of one element, shared by all elements that have the same. */
    private static final class Names {
        /** In an element with more, only names that mean something are indexed: hostile ones cost no memory. */
        private static final int MANY = 100;

        private final String[] all;
        private final Map<String, Integer> index;
        private @Nullable Attribute<?> @Nullable [] attributes;

        Names(String[] all) {
            this.all = all;
            this.index = new HashMap<>(Math.min(all.length, MANY) * 2);
            for (int i = 0; i < all.length; i++) {
                if (all.length <= MANY || Attributes.named(all[i]) != null) {
                    index.put(all[i], i);
                }
            }
        }

        /** Where the name stands; below 0 if it does not. */
        int indexOf(String name) {
            Integer found = index.get(name);
            if (found != null || all.length <= MANY) {
                return found == null ? -1 : found;
            }
            return Arrays.asList(all).indexOf(name);
        }

        @Nullable
        Attribute<?>[] attributes() {
            if (attributes == null) {
                @Nullable Attribute<?>[] found = new Attribute<?>[all.length];
                for (int i = 0; i < all.length; i++) {
                    found[i] = Attributes.named(all[i]);
                }
                attributes = found;
            }
            return attributes;
        }
    }
}
