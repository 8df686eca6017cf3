package org.qubestools.core.repair;

/**
 * One thing that an examination of the store found.
 *
 * @param severity whether it is a problem or only worth knowing
 * @param code stable word for scripts
 * @param about name of the VM, the global, the domain or the directory that it is about; safe to print
 * @param place where to look
 * @param text what is so, one clause, safe to print
 * @param advice what to do, one clause, safe to print
 */
public record Finding(Severity severity, String code, String about, Place place, String text, String advice) {
    /** How much a finding matters. */
    public enum Severity {
        /** Something is not as it should be. */
        PROBLEM,
        /** It is allowed, and may surprise. */
        NOTE
    }

    /**
     * Where a finding is to be seen.
     *
     * @param attribute of the VM's element or of the root element; empty if it is about no single one
     * @param line of the store, from 1; 0 for none
     * @param path of a file or directory as users know it, safe to print; empty for none
     */
    public record Place(String attribute, int line, String path) {
        /** Nowhere in particular. */
        public static final Place NONE = new Place("", 0, "");

        /** A file or directory. */
        static Place of(String path) {
            return new Place("", 0, path);
        }
    }

    static Finding problem(String code, String about, Place place, String text, String advice) {
        return new Finding(Severity.PROBLEM, code, about, place, text, advice);
    }

    static Finding note(String code, String about, Place place, String text, String advice) {
        return new Finding(Severity.NOTE, code, about, place, text, advice);
    }

    public boolean isProblem() {
        return severity == Severity.PROBLEM;
    }
}
