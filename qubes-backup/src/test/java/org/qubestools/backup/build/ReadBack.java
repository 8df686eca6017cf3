package org.qubestools.backup.build;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.qubestools.backup.archive.ArchiveFile;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.BackupReader;
import org.qubestools.backup.format.ItemProblem;
import org.qubestools.backup.format.PassResult;
import org.qubestools.backup.format.ReadOptions;
import org.qubestools.backup.unpack.RestoreRules;

/** What came of reading a backup from its first byte to its last. */
public final class ReadBack {
    private static final int MOST = 1 << 20;

    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<String> rejections = new ArrayList<>();
    private final List<String> brokenOff = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final Map<String, String> data = new TreeMap<>();

    private ReadBack() {}

    /** Reads a stream. */
    public static ReadBack of(byte[] archive) {
        return of(new ByteArrayInputStream(archive), ArchiveBuilder.PASSPHRASE, options -> options);
    }

    public static ReadBack of(OuterTar archive) {
        return of(archive.bytes());
    }

    public static ReadBack of(byte[] archive, UnaryOperator<ReadOptions> options) {
        return of(new ByteArrayInputStream(archive), ArchiveBuilder.PASSPHRASE, options);
    }

    public static ReadBack of(InputStream archive, String passphrase, UnaryOperator<ReadOptions> options) {
        ReadBack back = new ReadBack();
        back.read(
                ArchiveFile.ofStream(archive, back.rejections::add, back.warnings::add),
                Sealing.passphrase(passphrase),
                options);
        return back;
    }

    /** Reads a file, which can be read again where it is doubtful. */
    public static ReadBack of(Path file, String passphrase) {
        ReadBack back = new ReadBack();
        try {
            back.read(
                    ArchiveFile.open(file, back.rejections::add, back.warnings::add),
                    Sealing.passphrase(passphrase),
                    options -> options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return back;
    }

    private void read(MemberSource source, Passphrase passphrase, UnaryOperator<ReadOptions> options) {
        ReadOptions standard = ReadOptions.standard(Path.of(System.getProperty("java.io.tmpdir")));
        try (BackupReader reader = BackupReader.open(source, passphrase, options.apply(standard), warnings::add)) {
            List<BackupItem> items = reader.contents().items();
            items.forEach(item -> asked.add(item.shownName()));
            Map<String, String> found = new TreeMap<>();
            PassResult result = reader.read(items, new Taker(found, events));
            result.failed().values().forEach(problem -> problems.add(problem.text()));
            brokenOff.addAll(result.brokenOff());
            for (BackupItem item : items) {
                if (result.problem(item).isEmpty()) {
                    found.forEach((path, content) -> take(item, path, content));
                }
            }
        }
    }

    private void take(BackupItem item, String path, String content) {
        if (item.owns(path)) {
            data.put(path, content);
        }
    }

    /** True if a tool would say that all is well. */
    public boolean isGood() {
        return problems.isEmpty() && rejections.isEmpty() && brokenOff.isEmpty();
    }

    /** One line for each VM that failed. */
    public List<String> problems() {
        return problems;
    }

    public List<String> warnings() {
        return warnings;
    }

    public List<String> rejections() {
        return rejections;
    }

    public List<String> brokenOff() {
        return brokenOff;
    }

    /** Names of all VMs that were asked for. */
    public List<String> asked() {
        return asked;
    }

    /** What the handler was told, in order, data apart. */
    public List<String> events() {
        return events;
    }

    /** Kind, size and content of each entry of the VMs that did not fail, by path. */
    public Map<String, String> data() {
        return data;
    }

    @Override
    public String toString() {
        return "problems " + problems + ", broken off " + brokenOff + ", rejections " + rejections + ", data "
                + data.keySet();
    }

    /** Keeps what is small and counts the rest. */
    private record Taker(Map<String, String> found, List<String> events) implements ArchiveHandler {
        @Override
        public void begin(BackupItem item, String archive) {
            events.add("begin " + archive);
        }

        @Override
        public void done(BackupItem item, String archive) {
            events.add("done " + archive);
        }

        @Override
        public void entry(BackupItem item, String archive, TarEntry entry, Content content) throws IOException {
            events.add("entry " + entry.path());
            RestoreRules.check(item, entry);
            byte[] bytes = new byte[(int) Math.min(MOST, entry.size())];
            content.to((offset, buffer, from, length) -> {
                if (offset < MOST) {
                    int part = (int) Math.min(length, MOST - offset);
                    System.arraycopy(buffer, from, bytes, (int) offset, part);
                }
            });
            String shown = entry.type() + " " + entry.size() + " " + entry.target() + " ";
            found.put(entry.path().untrustedText(), shown + java.util.Arrays.hashCode(bytes));
        }

        @Override
        public void failed(ItemProblem problem) {
            events.add("failed " + problem.item().shownName());
            found.keySet().removeIf(problem.item()::owns);
        }
    }
}
