package org.qubestools.backup.create;

import java.io.IOException;
import java.nio.file.Path;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.core.posix.PosixFiles;

/** Tells which parts of a file hold data, so that its holes need not be read. */
public interface Extents {
    /** Every file is one piece. */
    Extents NONE = (file, size) -> SparseMap.dense(size);

    /** The data of {@code file}, which has {@code size} bytes. */
    SparseMap of(Path file, long size) throws IOException;

    /** What the file system tells; a file in more pieces than a map may have counts as one. */
    static Extents ofSystem() {
        PosixFiles files = PosixFiles.load();
        return (file, size) -> {
            try {
                SparseMap.Builder map = new SparseMap.Builder();
                files.dataExtents(file, (offset, length) -> {
                    if (offset < size) {
                        map.add(offset, Math.min(length, size - offset));
                    }
                });
                return map.build(size);
            } catch (DamagedArchive e) {
                return SparseMap.dense(size);
            }
        };
    }
}
