package org.qubestools.core.model;

/** A stored text that its attribute's type does not accept; carries the problem it is reported as, and no stack trace. */
public final class MalformedValue extends Exception {
    private static final long serialVersionUID = 1L;

    private final ProblemCode code;

    MalformedValue(ProblemCode code, String reason) {
        super(reason, null, false, false);
        this.code = code;
    }

    public ProblemCode code() {
        return code;
    }
}
