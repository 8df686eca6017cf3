package org.qubestools.core.error;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one exception of the toolkit that is meant for a user.
 *
 * <p>The message is one line that names the thing ("VM 'work'", a path) and what is wrong with it; the hint says what
 * to do. Untrusted text in either has passed {@link org.qubestools.core.io.SafeText}.
 *
 * <p>Not final: a module may add facts for its callers, as {@code DeviceException} does; the kind still decides the
 * exit code.
 */
public class QubesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;
    private final @Nullable String hint;

    public QubesException(ErrorKind kind, String message) {
        this(kind, message, null, null);
    }

    public QubesException(ErrorKind kind, String message, @Nullable String hint) {
        this(kind, message, hint, null);
    }

    public QubesException(ErrorKind kind, String message, @Nullable String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind);
        this.hint = hint;
    }

    public ErrorKind kind() {
        return kind;
    }

    /** What the user can do about it, as a phrase that continues the message. */
    public Optional<String> hint() {
        return Optional.ofNullable(hint);
    }
}
