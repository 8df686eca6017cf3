package org.qubestools.backup.unpack;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.IoReason;

/** Tells failures that one entry of an archive brings on itself from those that every other would meet as well. */
final class NameRefusal {
    /** What file systems say of names, sizes and kinds that they do not take. */
    private static final Set<String> REASONS = Set.of(
            "File name too long",
            "Invalid argument",
            "Invalid or incomplete multibyte or wide character",
            "Not a directory",
            "Is a directory",
            "Too many levels of symbolic links",
            "Too many links",
            "File too large");

    private NameRefusal() {}

    /** Why this one cannot be made here; null if something else is wrong. */
    static @Nullable String of(IOException failure) {
        if (failure instanceof FileAlreadyExistsException) {
            return "it is there already, and nothing is replaced";
        }
        String reason = IoReason.of(failure);
        return failure instanceof NoSuchFileException || REASONS.contains(reason) ? reason : null;
    }
}
