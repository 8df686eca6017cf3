package org.qubestools.core.io;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why an operation on a file failed, in the system's words and without the path, which the JDK's messages mix in. */
public final class IoReason {
    private IoReason() {}

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
        String text = failure instanceof FileSystemException system ? system.getReason() : failure.getMessage();
        return text == null ? failure.getClass().getSimpleName() : SafeText.of(text);
    }
}
