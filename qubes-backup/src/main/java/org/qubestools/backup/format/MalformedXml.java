package org.qubestools.backup.format;

/** A document that is not what it should be; the message is a reason without its subject and safe to print. */
final class MalformedXml extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedXml(String reason) {
        super(reason);
    }

    /** The reason, never null. */
    String reason() {
        return String.valueOf(getMessage());
    }
}
