package org.qubestools.conformance;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.qubestools.core.io.Subprocess;

/** The room that files take on disk; find tells, because the JDK cannot, and because it tells names as they are. */
final class DiskRoom {
    private static final int SMALLEST_BLOCK = 4096;

    /** For what a file system keeps beside the data, such as a list of extents. */
    private static final int SLACK = 16 * 1024;

    private static final int OUTPUT_LIMIT = 64 << 20;
    private static final int HOLE = 1 << 20;

    private final Map<String, Long> allocated;
    private final int block;
    private final boolean holes;

    private DiskRoom(Map<String, Long> allocated, int block, boolean holes) {
        this.allocated = allocated;
        this.block = block;
        this.holes = holes;
    }

    /** Measures all files below a directory; a file is made in {@code scratch} to see if there can be holes. */
    static DiskRoom below(Path directory, Path scratch) throws IOException {
        long block = Math.max(SMALLEST_BLOCK, Files.getFileStore(directory).getBlockSize());
        return new DiskRoom(measured(directory), Math.toIntExact(block), holes(scratch));
    }

    private static boolean holes(Path scratch) throws IOException {
        Path directory = Files.createTempDirectory(scratch, "hole");
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("hole").toString(), "rw")) {
            file.setLength(HOLE);
        }
        long allocated = measured(directory).getOrDefault("hole", 0L);
        Files.delete(directory.resolve("hole"));
        Files.delete(directory);
        return allocated < HOLE;
    }

    private static Map<String, Long> measured(Path directory) {
        byte[] output = Subprocess.of("find", directory.toString(), "-type", "f", "-printf", "%b %P\\0")
                .withOutputLimit(OUTPUT_LIMIT)
                .run()
                .requireSuccess()
                .stdout();
        Map<String, Long> allocated = new HashMap<>();
        String text = new String(output, StandardCharsets.ISO_8859_1);
        int start = 0;
        for (int end = text.indexOf('\0'); end >= 0; end = text.indexOf('\0', start)) {
            int blank = text.indexOf(' ', start);
            allocated.put(text.substring(blank + 1, end), 512 * Long.parseLong(text.substring(start, blank)));
            start = end + 1;
        }
        return allocated;
    }

    /** Whether a file could have holes at all. */
    boolean canHaveHoles() {
        return holes;
    }

    /** The unit of allocation. */
    int block() {
        return block;
    }

    /** The room that a file of that many used blocks may take. */
    long limit(long used) {
        return used * block + SLACK;
    }

    /** The room of the file of that path below the directory, as {@link RawName}. */
    long of(String path) {
        return allocated.getOrDefault(path, 0L);
    }
}
