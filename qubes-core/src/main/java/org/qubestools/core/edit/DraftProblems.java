package org.qubestools.core.edit;

import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.QubesVm;

/** Problems of a store, as far as they are in the way of a change. */
record DraftProblems(List<Problem> problems) {
    DraftProblems {
        problems = List.copyOf(problems);
    }

    /** STORE_CORRUPT if one of them is in the way of any change. */
    void refuseAnyChange() {
        for (Problem problem : problems) {
            if (problem.code().blocksEveryChange()) {
                throw new QubesException(
                        ErrorKind.STORE_CORRUPT,
                        "nothing can be changed while VM '" + problem.about() + "' has a problem ("
                                + problem.code().text() + "): " + problem.text(),
                        "correct line " + problem.line() + " of qubes.xml first");
            }
        }
    }

    /** STORE_CORRUPT if one of them is in the way of a change of this VM. */
    void refuseChangeOf(QubesVm vm) {
        for (Problem problem : problems) {
            boolean same = problem.code().blocksChangeOfVm() && problem.about().equals(SafeText.of(vm.name()));
            if (same) {
                throw new QubesException(
                        ErrorKind.STORE_CORRUPT,
                        "VM '" + problem.about() + "' cannot be changed: " + problem.text(),
                        "correct line " + problem.line() + " of qubes.xml first");
            }
        }
    }
}
