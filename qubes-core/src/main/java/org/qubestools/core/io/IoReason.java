package org.qubestools.core.io;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Why an operation on a file failed, in the system's words and without the path, which the JDK's messages mix in. */
public final class IoReason {
    private IoReason() {}

    /** What a user can do about it, or null; the failure may be wrapped in others. */
    public static @Nullable String advice(IOException failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String text = String.valueOf(t.getMessage());
            if (t instanceof AccessDeniedException) {
                return "check who may read and write there, and as whom you run this";
            } else if (text.contains("No space left on device") || text.contains("Disk quota exceeded")) {
                return "make room there";
            } else if (text.contains("Read-only file system")) {
                return "mount it for writing";
            } else if (text.contains("Operation not permitted")) {
                return "run it as a member of the store's group, or set QUBES_GROUP";
            }
        }
        return null;
    }

    /** One line without the path; never empty. */
    public static String of(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or directory";
        } else if (failure instanceof AccessDeniedException) {
            return "permission denied";
        } else if (failure instanceof FileAlreadyExistsException) {
            return "file exists";
        } else if (failure instanceof DirectoryNotEmptyException) {
            return "directory not empty";
        } else if (failure instanceof ClosedByInterruptException) {
            return "interrupted";
        }
        return inWordsOfTheSystem(failure);
    }

    /**
     * Why a program could not be started. The JDK puts its name and a number around the system's words, in ways that
     * differ by its version.
     */
    public static String ofStart(IOException failure) {
        String text = of(failure);
        int number = text.indexOf("error");
        String code = number < 0 ? "" : text.substring(number).replaceFirst("^error\\D*(\\d+).*$", "$1");
        return switch (code) {
            case "2" -> "no such file or directory";
            case "13" -> "permission denied";
            default -> text;
        };
    }

    private static String inWordsOfTheSystem(IOException failure) {
        String text = failure instanceof FileSystemException system ? system.getReason() : failure.getMessage();
        return text == null ? failure.getClass().getSimpleName() : SafeText.of(text);
    }
}
