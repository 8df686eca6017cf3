package org.qubestools.cli.backup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.Backup;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.PassResult;
import org.qubestools.backup.unpack.CountingHandler;
import org.qubestools.backup.unpack.Extractor;
import org.qubestools.backup.unpack.SizeLimit;
import org.qubestools.backup.unpack.TreeWriter;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Progress;

/** {@code qubes-backup extract}: everything asked for, at its path inside the backup below a directory. */
final class ExtractCommand {
    private ExtractCommand() {}

    static int run(String location, String directory, List<String> words, ParsedArguments args, ToolContext ctx) {
        Path root = Path.of(directory).toAbsolutePath().normalize();
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (ReadingOptions.Opened opened = ReadingOptions.open(location, args, ctx, root)) {
            Backup backup = opened.backup();
            if (!backup.isAuthenticated()) {
                ctx.warn("a backup of format 1 is not authenticated: anybody may have changed it");
            }
            Selected selected = Selected.of(backup.contents(), words);
            TreeWriter tree = new TreeWriter(root, FileLayer.system());
            if (selected.store()) {
                TarEntry entry = backup.xmlEntry();
                byte[] xml = backup.xml();
                store(tree, entry, xml);
            }
            Extractor extractor = new Extractor(tree, selected::wants, limit(backup, selected, args));
            Progress progress = ReadingOptions.progress(args, ctx);
            PassResult result = read(
                    opened, selected.items(), new CountingHandler(extractor, progress, selected.items()), tree, ctx);
            progress.done();
            List<String> problems = new ArrayList<>(opened.rejections());
            problems.addAll(extractor.leftOut());
            PassReport report = new PassReport(selected.items(), result).with(problems);
            report.warn(ctx);
            print(report, extractor.files() + (selected.store() ? 1 : 0), ctx);
            report.requireGood("extracted");
            return 0;
        }
    }

    private static SizeLimit limit(Backup backup, Selected selected, ParsedArguments args) {
        return args.has(RestoreOpts.IGNORE_SIZE) ? SizeLimit.none() : SizeLimit.of(backup, selected.items());
    }

    /** Whatever ends it, no part of a file stays under its name. */
    private static PassResult read(
            ReadingOptions.Opened opened,
            List<BackupItem> items,
            ArchiveHandler handler,
            TreeWriter tree,
            ToolContext ctx) {
        boolean whole = false;
        try {
            PassResult result = opened.read(items, handler, ctx);
            whole = true;
            return result;
        } finally {
            if (!whole) {
                tree.takeBack();
            }
            tree.finish();
        }
    }

    private static void store(TreeWriter tree, TarEntry entry, byte[] xml) {
        try {
            tree.file(entry.path(), entry, entry.mode() & 0777, sink -> sink.data(0, xml, 0, xml.length));
            tree.settle();
        } catch (DamagedArchive e) {
            throw new QubesException(ErrorKind.FAILED, String.valueOf(e.getMessage()), "use an empty place", e);
        }
    }

    private static void print(PassReport report, long entries, ToolContext ctx) {
        if (ctx.isJson()) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("type", "backup-extract");
            object.put("ok", report.isGood());
            object.put("entries", entries);
            object.put("vms", report.json());
            ctx.json(object);
        } else {
            ctx.note(entries + (entries == 1 ? " entry" : " entries") + " extracted");
        }
    }
}
