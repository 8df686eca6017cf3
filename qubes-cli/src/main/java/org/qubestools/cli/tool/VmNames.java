package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;

/** VMs named on a command line, with the wildcards {@code *}, {@code ?} and {@code [...]}; dom0 matches none of them. */
final class VmNames {
    private VmNames() {}

    static boolean isPattern(String untrusted) {
        return untrusted.indexOf('*') >= 0 || untrusted.indexOf('?') >= 0 || untrusted.indexOf('[') >= 0;
    }

    /** The VMs of all operands in their order, each once; NO_SUCH_VM for a name or pattern that fits none. */
    static List<QubesVm> require(VmCollection vms, List<String> untrustedOperands) {
        Set<QubesVm> found = new LinkedHashSet<>();
        for (String operand : untrustedOperands) {
            List<QubesVm> matching = matching(vms, operand);
            if (matching.isEmpty()) {
                if (isPattern(operand)) {
                    throw new QubesException(
                            ErrorKind.NO_SUCH_VM,
                            "no VM fits the pattern '" + SafeText.of(operand) + "'",
                            "'qvm-ls --raw-list' shows all names");
                }
                vms.require(operand);
            }
            found.addAll(matching);
        }
        return new ArrayList<>(found);
    }

    /** The VMs that one operand stands for; none if no VM has the name. */
    static List<QubesVm> matching(VmCollection vms, String untrustedOperand) {
        if (!isPattern(untrustedOperand)) {
            QubesVm vm = vms.byName(untrustedOperand);
            return vm == null ? List.of() : List.of(vm);
        }
        List<QubesVm> matching = new ArrayList<>();
        for (QubesVm vm : vms.byQidOrder()) {
            if (vm.qid() != 0 && fits(untrustedOperand, 0, vm.name(), 0)) {
                matching.add(vm);
            }
        }
        return matching;
    }

    /** Shell patterns; a star tries the shortest match first and goes back at most once for each star. */
    static boolean fits(String pattern, int patternStart, String text, int textStart) {
        int p = patternStart;
        int t = textStart;
        int star = -1;
        int retry = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                retry = t;
            } else if (p < pattern.length() && one(pattern, p, text.charAt(t))) {
                p = afterOne(pattern, p);
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++retry;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    private static int closing(String pattern, int open) {
        return pattern.charAt(open) == '[' ? pattern.indexOf(']', open + 2) : -1;
    }

    private static int afterOne(String pattern, int at) {
        int close = closing(pattern, at);
        return close < 0 ? at + 1 : close + 1;
    }

    private static boolean one(String pattern, int at, char c) {
        int close = closing(pattern, at);
        if (close < 0) {
            return pattern.charAt(at) == '?' || pattern.charAt(at) == c;
        }
        boolean negated = pattern.charAt(at + 1) == '!';
        boolean in = false;
        int i = at + (negated ? 2 : 1);
        while (i < close) {
            boolean range = i + 2 < close && pattern.charAt(i + 1) == '-';
            char high = range ? pattern.charAt(i + 2) : pattern.charAt(i);
            in |= c >= pattern.charAt(i) && c <= high;
            i += range ? 3 : 1;
        }
        return in != negated;
    }
}
