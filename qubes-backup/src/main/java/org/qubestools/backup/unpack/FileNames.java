package org.qubestools.backup.unpack;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** File names of an archive as this Java runtime writes them: it knows only names of the locale's encoding. */
final class FileNames {
    private final Charset charset;

    FileNames(Charset charset) {
        this.charset = charset;
    }

    /** The names that {@link Path} can carry in this process. */
    static FileNames ofRuntime() {
        String name = System.getProperty("sun.jnu.encoding", "UTF-8");
        return new FileNames(Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.US_ASCII);
    }

    /** {@code name} as text for {@link Path}; FAILED if this process cannot write it. */
    String text(ByteName name) {
        try {
            return charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(name.bytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the file name '" + name + "' cannot be written in the encoding " + charset,
                    charset.equals(StandardCharsets.UTF_8)
                            ? "take this one file with 'qubes-backup cat'"
                            : "run it again with LC_ALL=C.UTF-8",
                    e);
        }
    }

    Path below(Path directory, ByteName name) {
        try {
            return directory.resolve(text(name));
        } catch (InvalidPathException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the file name '" + name + "' cannot be written on this system",
                    "run it again with LC_ALL=C.UTF-8",
                    e);
        }
    }
}
