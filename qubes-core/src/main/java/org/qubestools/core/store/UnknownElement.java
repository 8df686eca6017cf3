package org.qubestools.core.store;

import org.qubestools.core.model.AttributeMap;

/**
 * An element below the root of a store that is no VM.
 *
 * @param name its {@code name} attribute or, without one, its element name
 * @param offset of its {@code <}
 */
public record UnknownElement(String name, String element, AttributeMap attributes, int offset) {}
