package org.qubestools.cli.frame;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qubestools.cli.option.Usage;

/** Files that a command line names to be read. */
public final class InputFiles {
    private InputFiles() {}

    /** The file of this name; none has the empty one, which a variable that is not set leaves: a usage error. */
    public static Path path(String untrustedName) {
        if (untrustedName.isEmpty()) {
            throw Usage.error("the name of a file is empty");
        }
        return Path.of(untrustedName);
    }

    /** The file, or for {@code -} standard input; the caller closes either. What fails names the file. */
    public static InputStream open(String untrustedName, ToolContext ctx) throws IOException {
        if (untrustedName.equals("-")) {
            return ctx.in();
        }
        Path file = path(untrustedName);
        if (Files.isDirectory(file)) {
            throw new FileSystemException(untrustedName, null, "is a directory");
        }
        return Files.newInputStream(file);
    }
}
