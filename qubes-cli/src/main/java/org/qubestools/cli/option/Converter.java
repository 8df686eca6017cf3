package org.qubestools.cli.option;

import java.util.List;

/**
 * Reads the value of an option.
 *
 * @param <T> type of the value
 */
public interface Converter<T> {
    /**
     * Returns the value.
     *
     * @throws IllegalArgumentException if the text is no such value; the message continues "option '-x': " and holds
     *     untrusted text only after {@link org.qubestools.core.io.SafeText}
     */
    T convert(String untrustedText);

    /** The only words accepted, for messages and completion; empty if there is no such list. */
    default List<String> words() {
        return List.of();
    }
}
