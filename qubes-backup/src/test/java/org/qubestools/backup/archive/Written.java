package org.qubestools.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.backup.archive.TarWriter.Facts;
import org.qubestools.backup.build.Program;

/** An inner archive written by us, and how our reader and GNU tar read it. */
final class Written {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarWriter tar = new TarWriter(bytes);

    /** What is written in the middle. */
    interface Part {
        void to(TarWriter tar) throws IOException;
    }

    static Written of(Part part) throws IOException {
        Written written = new Written();
        part.to(written.tar);
        written.tar.end();
        return written;
    }

    static Facts facts(String path) {
        return facts(path, 0644, 1_400_000_000);
    }

    static Facts facts(String path, int mode, long mtime) {
        return new Facts(ByteName.of(path), mode, mtime, 0, 0);
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    /** The entries that our reader finds, read to the end. */
    List<TarEntry> entries() throws IOException {
        List<TarEntry> entries = new ArrayList<>();
        TarReader reader = reader();
        for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
            entries.add(entry);
        }
        return entries;
    }

    TarEntry onlyEntry() throws IOException {
        assertThat(entries()).hasSize(1);
        return entries().get(0);
    }

    /** The content of the only entry as our reader gives it, holes as zeros. */
    byte[] content() throws IOException {
        TarReader reader = reader();
        TarEntry entry = reader.next();
        byte[] content = new byte[Math.toIntExact(entry.size())];
        reader.content((offset, data, from, length) -> System.arraycopy(data, from, content, (int) offset, length));
        assertThat(reader.next()).isNull();
        return content;
    }

    private TarReader reader() {
        List<InputStream> volumes = new ArrayList<>(List.of(new ByteArrayInputStream(bytes())));
        return new TarReader(() -> volumes.isEmpty() ? null : volumes.remove(0), false);
    }

    /** The listing of GNU tar, numeric owners and times in UTC. */
    String listing() {
        byte[] out = Program.filter(
                bytes(),
                "env",
                "TZ=UTC0",
                "tar",
                "--numeric-owner",
                "--full-time",
                "--quoting-style=escape",
                "-tvf",
                "-");
        return new String(out, StandardCharsets.UTF_8);
    }

    /** GNU tar unpacks it there. */
    void extract(Path directory) throws IOException {
        Files.createDirectories(directory);
        Program.filter(bytes(), "tar", "-C", directory.toString(), "-xpf", "-");
    }
}
