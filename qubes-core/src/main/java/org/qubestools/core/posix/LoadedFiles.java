package org.qubestools.core.posix;

/** The choice between native calls and none, made once in a process. */
final class LoadedFiles {
    static final PosixFiles INSTANCE = choose();

    private LoadedFiles() {}

    private static PosixFiles choose() {
        try {
            return new NativeFiles(LibC.load());
        } catch (LinkageError e) {
            // No JNA, none for this processor, or no place to unpack its library that allows to run it.
            return new PlainFiles(firstLine(e));
        }
    }

    private static String firstLine(Throwable failure) {
        Throwable cause = failure;
        while (cause.getMessage() == null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        String text = cause instanceof NoClassDefFoundError ? "no class " + message : message;
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
