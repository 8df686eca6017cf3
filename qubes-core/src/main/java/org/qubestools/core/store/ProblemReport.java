package org.qubestools.core.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.ProblemCode;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;

/** The problems of a store that were found, each with the line where it stands. */
final class ProblemReport {
    private final StoreDocument document;
    private final List<Problem> problems = new ArrayList<>(0);
    private final Set<String> pairs = new HashSet<>(0);

    /** The VM of the last problem, its name and start tag: one with many problems shares both. */
    private @Nullable QubesVm last;

    private String lastName = "";
    private @Nullable XmlScanner lastTag;

    ProblemReport(StoreDocument document) {
        this.document = document;
    }

    int size() {
        return problems.size();
    }

    List<Problem> problems() {
        return List.copyOf(problems);
    }

    void add(Problem problem) {
        problems.add(problem);
    }

    void add(ProblemCode code, QubesVm vm, String attribute, String text) {
        if (last != vm) {
            last = vm;
            lastName = about(vm);
            lastTag = tagOf(vm);
        }
        problems.add(new Problem(code, lastName, attribute, lineOf(lastTag, attribute), text));
    }

    /** Adds one problem of two VMs, to the first only once. */
    void addPair(ProblemCode code, QubesVm first, QubesVm second, String attribute, String what) {
        String text = "'" + about(first) + "' and '" + about(second) + "' " + what;
        if (pairs.add(code.text() + first.key())) {
            add(code, first, attribute, text);
        }
        add(code, second, attribute, text);
    }

    /** Its name, or {@code ?} and its qid as stored. */
    static String about(QubesVm vm) {
        String name = vm.name();
        return name.isEmpty()
                ? "?" + SafeText.of(Objects.requireNonNullElse(vm.attributes().get("qid"), ""))
                : SafeText.of(name);
    }

    /** A scanner at the start tag; null for a dom0 that is not in the file. */
    private @Nullable XmlScanner tagOf(QubesVm vm) {
        if (vm.key() == VmCollection.IMPLICIT_DOM0) {
            return null;
        }
        XmlScanner tag =
                XmlScanner.at(document.text(), document.elements().get(vm.key()).start());
        tag.next();
        return tag;
    }

    private int lineOf(@Nullable XmlScanner tag, String attribute) {
        if (tag == null) {
            return 0;
        }
        for (int i = 0; i < tag.attributeCount(); i++) {
            if (tag.attributeNames()[i].equals(attribute)) {
                return document.text().line(tag.attributeStart(i));
            }
        }
        return document.text().line(tag.tagStart());
    }
}
