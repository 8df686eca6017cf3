package org.qubestools.devices;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Whether two paths of one backend are one file or node. */
public interface PathIdentity {
    /** Equal texts, which is all that can be said of another VM. */
    PathIdentity BY_TEXT = String::equals;

    /** Files of this host: links and second names lead to the same; where one does not exist, equal texts. */
    PathIdentity OF_HOST = (path, other) -> {
        if (path.equals(other) || !path.startsWith("/") || !other.startsWith("/")) {
            return path.equals(other);
        }
        try {
            return Files.isSameFile(Path.of(path), Path.of(other));
        } catch (IOException | InvalidPathException e) {
            return false; // one of them is not there, so it is not the other
        }
    };

    boolean same(String path, String other);
}
