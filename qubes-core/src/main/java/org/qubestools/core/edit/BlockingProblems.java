package org.qubestools.core.edit;

import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.QubesVm;

/** Problems of a store that are in the way of a change. */
final class BlockingProblems {
    private BlockingProblems() {}

    /** STORE_CORRUPT if one of the problems is in the way of any change. */
    static void requireNone(List<Problem> problems) {
        for (Problem problem : problems) {
            if (problem.code().blocksEveryChange()) {
                throw new QubesException(
                        ErrorKind.STORE_CORRUPT,
                        "nothing can be changed while VM '" + problem.about() + "' has a problem ("
                                + problem.code().text() + "): " + problem.text(),
                        hint(problem));
            }
        }
    }

    /** STORE_CORRUPT if one of the problems is in the way of changing this VM. */
    static void requireChangeable(QubesVm vm, List<Problem> problems) {
        for (Problem problem : problems) {
            boolean same = problem.code().blocksChangeOfVm() && problem.about().equals(SafeText.of(vm.name()));
            if (same) {
                throw new QubesException(
                        ErrorKind.STORE_CORRUPT,
                        "VM '" + problem.about() + "' cannot be changed: " + problem.text(),
                        hint(problem));
            }
        }
    }

    private static String hint(Problem problem) {
        return "correct line " + problem.line() + " of qubes.xml first";
    }
}
