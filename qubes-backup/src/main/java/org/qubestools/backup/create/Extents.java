package org.qubestools.backup.create;

import java.io.IOException;
import java.nio.file.Path;
import org.qubestools.backup.archive.SparseMap;

/** Tells which parts of a file hold data, so that its holes need not be read. */
public interface Extents {
    /** Every file is one piece. */
    Extents NONE = (file, size) -> SparseMap.dense(size);

    /** The data of {@code file}, which has {@code size} bytes. */
    SparseMap of(Path file, long size) throws IOException;
}
