package org.qubestools.cli.frame;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.SafeText;

/** The one place where an exception becomes a line on standard error and an exit code. */
public final class ErrorReporter {
    private final Messages messages;
    private final int usageCode;

    /** {@code usageCode}: the exit code of wrong use. */
    public ErrorReporter(Messages messages, int usageCode) {
        this.messages = messages;
        this.usageCode = usageCode;
    }

    /** Reports {@code failure} in one line and returns the exit code. */
    public int report(Throwable failure) {
        messages.status().clear();
        if (failure instanceof QubesException known) {
            return reportKnown(known);
        }
        if (failure instanceof UncheckedIOException wrapped && wrapped.getCause() != null) {
            return reportFile(wrapped.getCause());
        }
        if (failure instanceof IOException io) {
            return reportFile(io);
        }
        return reportBug(failure);
    }

    private int reportKnown(QubesException failure) {
        String kind = Messages.wordFor(failure.kind());
        int code = failure.kind() == ErrorKind.USAGE ? usageCode : ExitCode.of(failure.kind());
        String message = text(failure);
        String hint = failure.hint().orElse(null);
        if (failure.kind() == ErrorKind.USAGE && hint == null) {
            messages.failure(kind, message, ", ", "see '" + messages.tool() + " --help'", code);
        } else {
            messages.failure(kind, message, "; ", hint, code);
        }
        if (messages.verbose() && failure.getCause() != null) {
            trace(failure);
        }
        return code;
    }

    private int reportFile(IOException failure) {
        messages.failure("failed", fileMessage(failure), "; ", IoReason.advice(failure), ExitCode.FAILED);
        if (messages.verbose()) {
            trace(failure);
        }
        return ExitCode.FAILED;
    }

    private int reportBug(Throwable failure) {
        String message = "internal error: " + failure.getClass().getSimpleName() + ": " + text(failure);
        String hint = messages.verbose() ? null : "run again with --verbose for details";
        messages.failure("internal", message, "; ", hint, ExitCode.FAILED);
        if (messages.verbose()) {
            trace(failure);
        }
        return ExitCode.FAILED;
    }

    private static String fileMessage(IOException failure) {
        if (!(failure instanceof FileSystemException file) || file.getFile() == null) {
            return text(failure);
        }
        String other = file.getOtherFile() == null ? "" : " -> " + SafeText.of(file.getOtherFile());
        return SafeText.of(file.getFile()) + other + ": " + reason(file);
    }

    private static String reason(FileSystemException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "exists already";
        }
        if (failure instanceof DirectoryNotEmptyException) {
            return "directory is not empty";
        }
        if (failure instanceof NotDirectoryException) {
            return "is not a directory";
        }
        String reason = failure.getReason();
        return reason == null ? "input or output failed" : SafeText.of(reason);
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? "no further information" : message;
    }

    private void trace(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            messages.line("  " + t);
            for (StackTraceElement frame : t.getStackTrace()) {
                messages.line("    at " + frame);
            }
        }
    }
}
