package org.qubestools.core.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.store.StoreDocument.Span;

/** Bytes of a store to its VMs and where they stand. */
final class QubesXmlReader {
    private static final String ROOT = "QubesVmCollection";
    private static final int MANY_NAMES = 100;

    private final StoreText text;
    private final Map<String, String> sharedNames = new HashMap<>(0);
    private final XmlScanner scanner;
    private final List<QubesVm> vms = new ArrayList<>();
    private final List<Span> spans = new ArrayList<>();
    private final List<UnknownElement> unknown = new ArrayList<>(0);
    private AttributeMap last = AttributeMap.EMPTY;
    /** Attributes among which is no namespace: what has the same names needs no look for one. */
    private AttributeMap plain = AttributeMap.EMPTY;
    /** Whether {@link #last} is of the last start tag that the scanner met. */
    private boolean lastTagWasOurs;

    private QubesXmlReader(StoreText text) {
        this.text = text;
        this.scanner = new XmlScanner(text);
    }

    /**
     * Reads a whole document.
     *
     * @param path shown in errors; STORE_CORRUPT if the whole file cannot be used
     */
    static StoreDocument read(String path, byte[] bytes) {
        StoreText ascii = StoreText.takenForAscii(path, bytes);
        if (ascii != null) {
            try {
                return new QubesXmlReader(ascii).read();
            } catch (QubesException e) {
                // It has other characters, or is damaged: what follows knows.
            }
        }
        return new QubesXmlReader(StoreText.decode(path, bytes)).read();
    }

    private StoreDocument read() {
        if (!scanner.next()) {
            throw new IllegalStateException("the scanner tells of a missing root itself");
        }
        AttributeMap root = attributes();
        String rootName = scanner.name();
        int rootStart = scanner.tagStart();
        int rootTagEnd = scanner.tagEnd();
        int endTag = rootTagEnd;
        int end = rootTagEnd;
        boolean good = rootName.equals(ROOT) && !isInNamespace(rootName, root);
        while (scanner.next()) {
            if (!scanner.isStart() && scanner.depth() == 0) {
                endTag = scanner.isEmptyElement() && scanner.tagStart() == rootStart ? rootTagEnd : scanner.tagStart();
                end = scanner.tagEnd();
            } else if (scanner.isStart() && scanner.depth() == 2 && good) {
                element();
            }
        }
        if (!good) {
            throw wrongRoot(rootName);
        }
        Span rootSpan = new Span(rootStart, rootTagEnd, endTag, end);
        return new StoreDocument(text, VmCollection.of(root, vms), rootSpan, spans, unknown);
    }

    private RuntimeException wrongRoot(String rootName) {
        if (rootName.equals("qubes")) {
            return StoreDamage.notAStore(text.path(), "this is a store of release 4, which these tools do not manage");
        }
        return StoreDamage.notAStore(
                text.path(), "the root element is <" + SafeText.of(rootName) + ">, not <" + ROOT + ">");
    }

    private static boolean isInNamespace(String element, AttributeMap attributes) {
        String namespace = attributes.get("xmlns");
        return element.indexOf(':') >= 0 || (namespace != null && !namespace.isEmpty());
    }

    private boolean isForeign(String element, AttributeMap attributes) {
        if (attributes.sharesNames(plain)) {
            return element.indexOf(':') >= 0;
        }
        plain = attributes.has("xmlns") ? plain : attributes;
        return isInNamespace(element, attributes);
    }

    /** Reads the element whose start tag was just met, up to its end. */
    private void element() {
        String name = scanner.name();
        int start = scanner.tagStart();
        int tagEnd = scanner.tagEnd();
        AttributeMap attributes = attributes();
        boolean empty = scanner.isEmptyElement();
        boolean inside = scanner.next();
        while (inside && (scanner.isStart() || scanner.depth() != 1)) {
            lastTagWasOurs = false;
            inside = scanner.next(); // whatever stands inside a VM element means nothing
        }
        Span span = empty
                ? new Span(start, tagEnd, tagEnd, tagEnd)
                : new Span(start, tagEnd, scanner.tagStart(), scanner.tagEnd());
        VmClass vmClass = isForeign(name, attributes) ? null : VmClass.ofElement(name);
        if (vmClass == null) {
            unknown.add(new UnknownElement(shownName(attributes.get("name"), name), name, attributes, start));
        } else {
            vms.add(QubesVm.stored(vms.size(), vmClass, attributes));
            spans.add(span);
        }
    }

    private static String shownName(@Nullable String name, String element) {
        return name != null && !name.isEmpty() ? name : element.substring(element.indexOf(':') + 1);
    }

    /** Of many names each is kept once for the whole document. */
    private String[] names() {
        String[] names = scanner.attributeNames();
        for (int i = MANY_NAMES; i < scanner.attributeCount(); i++) {
            String known = sharedNames.putIfAbsent(names[i], names[i]);
            names[i] = known == null ? names[i] : known;
        }
        return names;
    }

    private AttributeMap attributes() {
        last = lastTagWasOurs && scanner.hasNamesOfLastTag()
                ? last.withValues(scanner.attributeValues())
                : AttributeMap.of(names(), scanner.attributeValues(), scanner.attributeCount());
        lastTagWasOurs = true;
        return last;
    }
}
