package org.qubestools.core.store;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.store.StoreDocument.Span;

/**
 * Splices the difference between two collections into the text that the first was read from; whatever did not change
 * stays byte for byte.
 *
 * <p>A new VM goes after the VM with the next lower qid, with its attributes sorted by name; a new attribute goes to the
 * end of its tag; a removed VM takes the blanks before it along.
 */
final class QubesXmlWriter {
    /** Replace the characters from {@code start} to {@code end}. */
    private record Splice(int start, int end, String replacement) implements Comparable<Splice> {
        /** By place; what is added there comes before what is replaced. */
        @Override
        public int compareTo(Splice other) {
            int byStart = Integer.compare(start, other.start);
            return byStart != 0 ? byStart : Integer.compare(end, other.end);
        }
    }

    private final StoreDocument document;
    private final StoreText text;
    private final String characters;
    private final List<Splice> splices = new ArrayList<>();

    private QubesXmlWriter(StoreDocument document) {
        this.document = document;
        this.text = document.text();
        this.characters = text.characters();
    }

    /** The bytes of {@code document} with its VMs and globals changed to {@code after}. */
    static byte[] write(StoreDocument document, VmCollection after) {
        return new QubesXmlWriter(document).write(after);
    }

    private byte[] write(VmCollection after) {
        VmCollection before = document.vms();
        tag(document.root().start(), before.rootAttributes(), after.rootAttributes());
        for (QubesVm old : before.inDocumentOrder()) {
            QubesVm now = after.findKey(old.key());
            if (now == null) {
                remove(document.elements().get(old.key()));
            } else if (now != old && old.key() != VmCollection.IMPLICIT_DOM0) {
                tag(document.elements().get(old.key()).start(), old.attributes(), now.attributes());
            }
        }
        add(after);
        return splices.isEmpty() ? text.encode(characters) : text.encode(spliced());
    }

    private String spliced() {
        splices.sort(null); // stable: several additions at one place keep their order
        StringBuilder out = new StringBuilder(characters.length() + 4096);
        int copied = 0; // by substrings: a range of a text is appended character by character, slow until compiled
        for (Splice splice : splices) {
            out.append(characters.substring(copied, splice.start())).append(splice.replacement());
            copied = Math.max(copied, splice.end());
        }
        return out.append(characters.substring(copied)).toString();
    }

    /** Changes attributes of the tag that begins at {@code start}. */
    private void tag(int start, AttributeMap before, AttributeMap after) {
        if (before.equals(after)) {
            return;
        }
        XmlScanner scanner = XmlScanner.at(text, start);
        scanner.next();
        int end = start + 1 + scanner.name().length();
        for (int i = 0; i < scanner.attributeCount(); i++) {
            String name = scanner.attributeNames()[i];
            String value = after.get(name);
            int valueStart = scanner.openingQuote(i) + 1;
            if (value == null) {
                splices.add(new Splice(end, scanner.closingQuote(i) + 1, ""));
            } else if (!value.equals(before.get(name))) {
                char quote = characters.charAt(scanner.openingQuote(i));
                splices.add(new Splice(valueStart, scanner.closingQuote(i), escaped(value, quote)));
            }
            end = scanner.closingQuote(i) + 1;
        }
        StringBuilder added = new StringBuilder();
        for (int i = 0; i < after.size(); i++) {
            if (!before.has(after.name(i))) {
                attribute(added, after.name(i), after.value(i));
            }
        }
        if (!added.isEmpty()) {
            splices.add(new Splice(end, end, added.toString()));
        }
    }

    private void attribute(StringBuilder out, String name, String value) {
        out.append(' ').append(name).append("=\"").append(escaped(value, '"')).append('"');
    }

    private String escaped(String value, char quote) {
        boolean writable = text.canWrite(value);
        StringBuilder out = new StringBuilder(value.length() + 16);
        for (int i = 0; i < value.length(); i += Character.charCount(value.codePointAt(i))) {
            int c = value.codePointAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '\t', '\n', '\r' -> out.append("&#").append(c).append(';');
                case '"', '\'' -> out.append(c == quote ? (c == '"' ? "&quot;" : "&apos;") : (char) c + "");
                default -> {
                    if (c < 0x80 || writable) {
                        out.appendCodePoint(c);
                    } else {
                        out.append("&#").append(c).append(';');
                    }
                }
            }
        }
        return out.toString();
    }

    private void remove(Span element) {
        int start = element.start();
        while (start > document.root().tagEnd() && XmlChars.isBlank(characters.charAt(start - 1))) {
            start--;
        }
        splices.add(new Splice(start, element.end(), ""));
    }

    private void add(VmCollection after) {
        List<QubesVm> added = new ArrayList<>();
        for (QubesVm vm : after.byQidOrder()) {
            boolean known = vm.key() >= 0 && vm.key() < document.elements().size();
            boolean untouchedDom0 = vm.key() == VmCollection.IMPLICIT_DOM0
                    && vm == document.vms().dom0();
            if (!known && !untouchedDom0) {
                added.add(vm);
            }
        }
        if (added.isEmpty()) {
            return;
        }
        if (document.root().isEmptyElement()) {
            openRoot(added);
            return;
        }
        for (QubesVm vm : added) {
            int position = position(vm);
            splices.add(new Splice(position, position, indentation() + element(vm)));
        }
    }

    /** Turns {@code <QubesVmCollection/>} into a start and an end tag around the new elements. */
    private void openRoot(List<QubesVm> added) {
        int slash = document.root().tagEnd() - 2;
        StringBuilder content = new StringBuilder(">");
        for (QubesVm vm : added) {
            content.append(lineEnd()).append("  ").append(element(vm));
        }
        content.append(lineEnd()).append("</QubesVmCollection>");
        int blanks = slash;
        while (XmlChars.isBlank(characters.charAt(blanks - 1))) {
            blanks--;
        }
        splices.add(new Splice(blanks, slash + 2, content.toString()));
    }

    private int position(QubesVm vm) {
        int position = document.root().tagEnd();
        int best = QubesVm.NO_QID;
        for (QubesVm old : document.vms().inDocumentOrder()) {
            boolean lower = old.qid() != QubesVm.NO_QID && old.qid() < vm.qid() && old.key() >= 0;
            if (lower && old.qid() >= best) {
                best = old.qid();
                position = document.elements().get(old.key()).end();
            }
        }
        return position;
    }

    /** What stands before the first VM, if that is a line end and blanks; a file on one line stays on one line. */
    private String indentation() {
        if (document.elements().isEmpty()) {
            boolean multiLine = characters.indexOf('\n', document.root().tagEnd())
                    < document.root().endTag();
            return multiLine ? lineEnd() + "  " : "";
        }
        int end = document.elements().get(0).start();
        int start = end;
        while (start > 0 && (characters.charAt(start - 1) == ' ' || characters.charAt(start - 1) == '\t')) {
            start--;
        }
        boolean ownLine = start > 0 && characters.charAt(start - 1) == '\n';
        return ownLine ? lineEnd() + characters.substring(start, end) : "";
    }

    private String lineEnd() {
        return characters.indexOf("\r\n") >= 0 ? "\r\n" : "\n";
    }

    private String element(QubesVm vm) {
        StringBuilder out = new StringBuilder(1024);
        out.append('<').append(vm.vmClass().element());
        AttributeMap sorted = vm.attributes().sorted();
        for (int i = 0; i < sorted.size(); i++) {
            attribute(out, sorted.name(i), sorted.value(i));
        }
        return out.append("/>").toString();
    }
}
