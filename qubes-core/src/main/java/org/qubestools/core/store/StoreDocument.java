package org.qubestools.core.store;

import java.util.List;
import org.qubestools.core.model.VmCollection;

/**
 * A store as it was read: its text, what it means, and where each element stands.
 *
 * @param elements where the VMs stand, by their key
 * @param unknown elements below the root that are no VMs
 */
record StoreDocument(StoreText text, VmCollection vms, Span root, List<Span> elements, List<UnknownElement> unknown) {

    /**
     * Offsets of one element.
     *
     * @param start its {@code <}
     * @param tagEnd behind the {@code >} of its start tag
     * @param endTag the {@code <} of its end tag; for an empty element the same as {@code tagEnd}
     * @param end behind the whole element
     */
    record Span(int start, int tagEnd, int endTag, int end) {
        /** Written as {@code <a/>}. */
        boolean isEmptyElement() {
            return endTag == tagEnd && end == tagEnd;
        }
    }
}
