package org.qubestools.core.model;

/** What can be wrong inside a store that is well-formed as a file; none of these stops the loading of other VMs. */
public enum ProblemCode {
    BAD_QID("bad-qid"),
    DUPLICATE_QID("duplicate-qid"),
    BAD_NAME("bad-name"),
    DUPLICATE_NAME("duplicate-name"),
    TEMPLATE_MISSING("template-missing"),
    TEMPLATE_WRONG_KIND("template-wrong-kind"),
    TEMPLATE_LOOP("template-loop"),
    NETVM_MISSING("netvm-missing"),
    NETVM_WRONG_KIND("netvm-wrong-kind"),
    NETVM_LOOP("netvm-loop"),
    UNKNOWN_LABEL("unknown-label"),
    BAD_UUID("bad-uuid"),
    BAD_NUMBER("bad-number"),
    BAD_BOOL("bad-bool"),
    BAD_LIST("bad-list"),
    BAD_DICT("bad-dict"),
    BAD_MAC("bad-mac"),
    BAD_DRIVE("bad-drive"),
    BAD_PATH("bad-path"),
    BAD_KERNEL("bad-kernel"),
    UNKNOWN_POOL("unknown-pool"),
    DUPLICATE_UUID("duplicate-uuid"),
    DUPLICATE_NETID("duplicate-netid"),
    GLOBAL_DANGLING("global-dangling"),
    GLOBAL_MALFORMED("global-malformed"),
    UNKNOWN_CLASS("unknown-class");

    private final String text;

    ProblemCode(String text) {
        this.text = text;
    }

    /** The stable word for scripts. */
    public String text() {
        return text;
    }

    /** With such a problem anywhere in the store no reference can be trusted, so nothing may be changed. */
    public boolean blocksEveryChange() {
        return this == BAD_QID || this == DUPLICATE_QID;
    }

    /** With such a problem the VM itself cannot be changed, only others. */
    public boolean blocksChangeOfVm() {
        return this == BAD_NAME || this == DUPLICATE_NAME;
    }
}
