package org.qubestools.core.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;

/**
 * Walks over the tags of a document and keeps where everything stands, so that single attributes can be replaced.
 *
 * <p>It checks well-formedness as XML 1.0 wants it, knows no DTD (any DOCTYPE is refused) and no entity but the five
 * built-in ones and character references. Nesting costs no stack. Limits are those of section 15 of the store format.
 */
final class XmlScanner {
    static final int MAX_DEPTH = 32;
    static final int MAX_ATTRIBUTES = 1000;
    static final int MAX_VALUE = 64 * 1024;
    static final int MAX_ELEMENTS = 4096;
    private static final int FEW = 100;

    private final StoreText document;
    private final String text;
    /** {@link StoreText#shape}. */
    private final byte[] chars;

    private final boolean ascii;
    private final String[] open = new String[MAX_DEPTH];
    private int at;
    private int depth;
    private int elements;
    private boolean rootSeen;

    private boolean startTag;
    private boolean emptyElement;
    private String name = "";
    private String startName = "";
    private int tagStart;
    private int tagEnd;
    /** Where the name and the whole of the last start tag end. */
    private int startNameEnd;

    private int startTagEnd;
    private int attributeCount;
    /** How many entries of the three arrays below are of the last tag or of this one, all names different. */
    private int knownNames;

    private String[] attributeNames = new String[64];
    private String[] attributeValues = new String[64];
    /** Where names begin; like {@link #openingQuotes} not kept up for what {@link #skipRepeated} skips. */
    private int[] attributeStarts = new int[64];

    private int[] openingQuotes = new int[64];
    private int[] closingQuotes = new int[64];
    private boolean sameNames;
    private @Nullable ManyNames manyNames;

    XmlScanner(StoreText document) {
        this(document, 0);
        int declarationEnd = XmlDeclaration.end(text);
        if (declarationEnd < 0) {
            throw error(0, "the XML declaration is malformed");
        }
        at = declarationEnd;
    }

    private XmlScanner(StoreText document, int offset) {
        this.document = document;
        this.text = document.characters();
        this.chars = document.shape();
        this.ascii = document.isAscii();
        this.at = offset;
    }

    /** A scanner that stands before the start tag at {@code offset} of a document that was found good before. */
    static XmlScanner at(StoreText document, int offset) {
        return new XmlScanner(document, offset);
    }

    /** Moves to the next start or end tag; false at the end of a complete document. */
    boolean next() {
        if (startTag && emptyElement) {
            startTag = false; // the end of <a/> is told as an end tag of its own
            depth--;
            return true;
        }
        while (at < chars.length) {
            if (chars[at] == '<') {
                if (markup()) {
                    return true;
                }
            } else {
                characters();
            }
        }
        if (depth > 0) {
            throw error(chars.length, "the file ends inside <" + open[depth - 1] + ">");
        }
        if (!rootSeen) {
            throw error(chars.length, "there is no root element");
        }
        return false;
    }

    /** True for a tag that {@link #next} must stop at. */
    private boolean markup() {
        byte c = at + 1 < chars.length ? chars[at + 1] : 0;
        switch (c) {
            case '/' -> {
                endTag();
                return true;
            }
            case '?', '!' -> at = XmlAside.end(document, at, depth > 0);
            default -> {
                startTag();
                return true;
            }
        }
        return false;
    }

    private void characters() {
        int start = at;
        while (at < chars.length && chars[at] != '<') {
            byte c = chars[at];
            if (depth == 0 && !isBlank(at)) {
                throw error(at, rootSeen ? "something follows the root element" : "this is not XML");
            }
            if (c == '&') {
                at = XmlEntities.reference(document, at, null);
            } else if (c == '>' && at - start >= 2 && chars[at - 1] == ']' && chars[at - 2] == ']') {
                throw error(at, "']]>' stands in text");
            } else {
                at = character(at);
            }
        }
    }

    /** Checks one character and returns where the next begins. */
    private int character(int i) {
        return chars[i] >= 0x20 ? i + 1 : XmlAside.character(document, i);
    }

    private void endTag() {
        tagStart = at;
        at += 2;
        name = name("an end tag has no name");
        skipBlanks();
        if (at == chars.length || chars[at] != '>') {
            throw error(at, "an end tag is not closed");
        }
        at++;
        tagEnd = at;
        if (depth == 0 || !name.equals(open[depth - 1])) {
            throw error(tagStart, "an end tag does not match its start tag");
        }
        depth--;
        startTag = false;
    }

    private void startTag() {
        tagStart = at;
        at++;
        if (!startName.isEmpty() && isAt(startName)) {
            at += startName.length(); // most elements have the name of the one before
        } else {
            startName = name("'<' begins nothing known");
        }
        name = startName;
        if (depth == 0 && rootSeen) {
            throw error(tagStart, "there is a second root element");
        }
        rootSeen = true;
        elements++;
        if (elements > MAX_ELEMENTS) {
            throw limit(tagStart, "more than " + MAX_ELEMENTS + " elements");
        }
        if (depth == MAX_DEPTH) {
            throw limit(tagStart, "elements nested deeper than " + MAX_DEPTH);
        }
        attributes();
        tagEnd = at;
        open[depth++] = name;
        startTag = true;
    }

    private void attributes() {
        int oldCount = attributeCount;
        int oldEnd = startTagEnd;
        int oldAt = startNameEnd;
        startNameEnd = at;
        attributeCount = 0;
        sameNames = oldCount > 0;
        while (true) {
            if (ascii && attributeCount < oldCount) {
                oldAt = skipRepeated(oldAt, oldEnd, oldCount);
            }
            if (atTagEnd()) {
                startTagEnd = at;
                sameNames &= attributeCount == oldCount;
                return;
            }
            int oldClose = attributeCount < oldCount ? closingQuotes[attributeCount] : oldEnd;
            attribute();
            oldAt = oldClose + 1;
        }
    }

    /** Takes the end of a start tag if it is at hand, else moves to the next attribute. */
    private boolean atTagEnd() {
        int blanks = at;
        skipBlanks();
        if (at == chars.length) {
            throw error(tagStart, "a tag is not closed");
        }
        byte c = chars[at];
        if (c == '>') {
            at++;
            emptyElement = false;
            return true;
        }
        if (c == '/' && at + 1 < chars.length && chars[at + 1] == '>') {
            at += 2;
            emptyElement = true;
            return true;
        }
        if (blanks == at) {
            throw error(at, "a blank is missing between attributes");
        }
        return false;
    }

    /** How many characters at two places are the same; a plain loop, since Arrays.mismatch is slow until compiled. */
    private static int common(byte[] all, int one, int two, int most) {
        int i = 0;
        while (i < most && all[one + i] == all[two + i]) {
            i++;
        }
        return i;
    }

    /**
     * Skips all attributes at hand that stand letter for letter in the last start tag too, where the text at
     * {@code oldAt} begins: most VMs of a store have most attributes in common.
     *
     * @return where the old text goes on
     */
    private int skipRepeated(int oldAt, int oldEnd, int oldCount) {
        int length = Math.min(oldEnd - oldAt, chars.length - at);
        if (length <= 0) {
            return oldAt;
        }
        int common = common(chars, at, oldAt, length);
        int shift = at - oldAt;
        int index = attributeCount;
        int goesOn = oldAt;
        int most = Math.min(oldCount, knownNames);
        int[] closing = closingQuotes;
        int last = oldAt + common - 1;
        while (index < most && closing[index] <= last) {
            goesOn = closing[index] + 1;
            closing[index] += shift;
            index++;
        }
        attributeCount = index;
        at = goesOn + shift;
        return goesOn;
    }

    private void attribute() {
        int index = attributeCount;
        int nameStart = at;
        if (index == MAX_ATTRIBUTES) {
            throw limit(nameStart, "more than " + MAX_ATTRIBUTES + " attributes");
        }
        String attribute = knownNames > index && isAt(attributeNames[index]) ? attributeNames[index] : newName(index);
        at += attribute.length();
        skipBlanks();
        if (at == chars.length || chars[at] != '=') {
            throw error(at, "'=' is missing after an attribute name");
        }
        at++;
        skipBlanks();
        if (at == chars.length || (chars[at] != '"' && chars[at] != '\'')) {
            throw error(at, "an attribute value is not quoted");
        }
        int quote = at;
        growAttributes();
        attributeNames[index] = attribute;
        attributeValues[index] = value();
        knownNames = Math.max(knownNames, index + 1);
        attributeStarts[index] = nameStart;
        openingQuotes[index] = quote;
        closingQuotes[index] = at - 1;
        attributeCount++;
    }

    private boolean isAt(String attribute) {
        int end = at + attribute.length();
        return text.startsWith(attribute, at) && end < chars.length && !XmlChars.isNamePart(unit(end));
    }

    /** A name that the last tag did not have in this place: from here on each is compared with all before it. */
    private String newName(int index) {
        knownNames = index;
        sameNames = false;
        int start = at;
        String attribute = name("a character is not allowed in a tag");
        if (isTaken(attribute, index)) {
            throw error(start, "an attribute stands twice in one tag");
        }
        at = start;
        return attribute;
    }

    private boolean isTaken(String attribute, int count) {
        if (count >= FEW) {
            manyNames = manyNames == null ? new ManyNames() : manyNames;
            return manyNames.contains(attribute, attributeNames, count, tagStart);
        }
        for (int i = 0; i < count; i++) {
            if (attributeNames[i].equals(attribute)) {
                return true;
            }
        }
        return false;
    }

    private void growAttributes() {
        if (attributeCount == attributeNames.length) {
            attributeNames = Arrays.copyOf(attributeNames, attributeCount * 2);
            attributeValues = Arrays.copyOf(attributeValues, attributeCount * 2);
            attributeStarts = Arrays.copyOf(attributeStarts, attributeCount * 2);
            openingQuotes = Arrays.copyOf(openingQuotes, attributeCount * 2);
            closingQuotes = Arrays.copyOf(closingQuotes, attributeCount * 2);
        }
    }

    private String value() {
        byte[] all = chars; // locals: this loop sees most characters of a store before it is compiled
        byte quote = all[at++];
        int start = at;
        int i = start;
        while (i < all.length) {
            byte c = all[i];
            if (c == quote) {
                break;
            }
            if (c < 0x20 || c == '&' || c == '<') {
                at = i;
                return unusualValue(quote, start);
            }
            i++;
        }
        at = i;
        if (at == all.length) {
            throw error(start - 1, "an attribute value is not closed");
        }
        checkLength(start, at - start);
        return text.substring(start, at++);
    }

    private void checkLength(int start, int length) {
        if (length > MAX_VALUE) {
            throw limit(start, "an attribute value longer than " + MAX_VALUE + " characters");
        }
    }

    /** Goes on with a value that has references, blanks to normalise or characters to look at. */
    private String unusualValue(byte quote, int start) {
        StringBuilder value = new StringBuilder(text.substring(start, at));
        while (at < chars.length && chars[at] != quote) {
            byte c = chars[at];
            if (c == '<') {
                throw error(at, "'<' stands in an attribute value");
            }
            if (c == '&') {
                at = XmlEntities.reference(document, at, value);
            } else if (c == '\r' && at + 1 < chars.length && chars[at + 1] == '\n') {
                at++; // a line end is one blank
            } else {
                int next = character(at);
                if (isBlank(at)) {
                    value.append(' ');
                } else {
                    value.append(text, at, next);
                }
                at = next;
            }
            checkLength(start, value.length());
        }
        if (at == chars.length) {
            throw error(start - 1, "an attribute value is not closed");
        }
        at++;
        return value.toString();
    }

    private String name(String otherwise) {
        int start = at;
        if (at < chars.length && XmlChars.isNameStart(unit(at))) {
            at++;
            while (at < chars.length && XmlChars.isNamePart(unit(at))) {
                at++;
            }
        }
        if (at == start) {
            throw error(at, otherwise);
        }
        return text.substring(start, at);
    }

    /** The UTF-16 unit there. */
    private char unit(int i) {
        return chars[i] >= 0 ? (char) chars[i] : document.unit(i);
    }

    private boolean isBlank(int i) {
        byte c = chars[i];
        return c == ' ' || c == '\n' || c == '\t' || c == '\r';
    }

    private void skipBlanks() {
        while (at < chars.length && isBlank(at)) {
            at++;
        }
    }

    private QubesException error(int offset, String reason) {
        return StoreDamage.notWellFormed(document, offset, reason);
    }

    private QubesException limit(int offset, String reason) {
        return StoreDamage.limit(document.path(), reason, document.line(offset), document.column(offset));
    }

    /** The tag is a start tag, also of an empty element. */
    boolean isStart() {
        return startTag;
    }

    /** {@code <a/>}; an end follows as the next tag. */
    boolean isEmptyElement() {
        return emptyElement;
    }

    /** Number of open elements; for a start tag its own included, for an end tag not. */
    int depth() {
        return depth;
    }

    String name() {
        return name;
    }

    int tagStart() {
        return tagStart;
    }

    /** Where the text goes on after the tag. */
    int tagEnd() {
        return tagEnd;
    }

    int attributeCount() {
        return attributeCount;
    }

    String[] attributeNames() {
        return attributeNames;
    }

    String[] attributeValues() {
        return attributeValues;
    }

    /** True if the tag has the attribute names of the start tag before it, in the same order. */
    boolean hasNamesOfLastTag() {
        return sameNames;
    }

    /** Of the first tag after {@link #at} only; so are the two below. */
    int attributeStart(int index) {
        return attributeStarts[index];
    }

    int openingQuote(int index) {
        return openingQuotes[index];
    }

    int closingQuote(int index) {
        return closingQuotes[index];
    }
}
