package org.qubestools.cli.backup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.PassResult;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.output.SizeText;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.VmClass;

/** {@code qubes-backup list}: the VMs in a backup, or every entry of one of them. */
final class ListCommand {
    private ListCommand() {}

    static int run(String location, List<String> words, ParsedArguments args, ToolContext ctx) {
        try (ReadingOptions.Opened opened = ReadingOptions.open(location, args, ctx, null)) {
            if (words.isEmpty()) {
                vms(opened.backup().contents().items(), ctx);
                return 0;
            }
            Selected selected = Selected.of(opened.backup().contents(), words);
            Lister lister = new Lister(selected);
            PassResult result = opened.read(selected.items(), lister, ctx);
            PassReport report = new PassReport(selected.items(), result).with(opened.rejections());
            report.warn(ctx);
            entries(lister.entries, report, ctx);
            report.requireGood("listed");
            return 0;
        }
    }

    private static void vms(List<BackupItem> items, ToolContext ctx) {
        if (ctx.isJson()) {
            List<Map<String, @Nullable Object>> list = new ArrayList<>();
            for (BackupItem item : items) {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                object.put("name", item.vm().name());
                object.put("class", item.vm().vmClass().typeName());
                object.put("path", item.path());
                object.put("size", item.size());
                object.put("remarks", item.remarks());
                object.put("violation", item.violation().isEmpty() ? null : item.violation());
                list.add(object);
            }
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("type", "backup-vms");
            object.put("vms", list);
            ctx.json(object);
            return;
        }
        StringBuilder text = new StringBuilder();
        for (BackupItem item : items) {
            pad(text, item.shownName(), 31);
            pad(text, typeOf(item), 12);
            pad(text, SizeText.oneDecimal(item.size()), 12);
            text.append(SafeText.of(item.path())).append('\n');
            for (String remark : item.remarks()) {
                ctx.note(item.shownName() + ": " + remark);
            }
            if (!item.violation().isEmpty()) {
                ctx.warn(item.shownName() + " cannot be restored: " + item.violation());
            }
        }
        ctx.out().append(text);
    }

    private static String typeOf(BackupItem item) {
        return item.vm().vmClass() == VmClass.ADMIN
                ? "User home"
                : item.vm().vmClass().typeName();
    }

    private static void pad(StringBuilder text, String cell, int width) {
        text.append(cell).append(" ".repeat(Math.max(1, width - cell.length() + 1)));
    }

    private static void entries(List<TarEntry> entries, PassReport report, ToolContext ctx) {
        if (ctx.isJson()) {
            List<Map<String, @Nullable Object>> list = new ArrayList<>();
            for (TarEntry entry : entries) {
                list.add(json(entry));
            }
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("type", "backup-entries");
            object.put("ok", report.isGood());
            object.put("vms", report.json());
            object.put("entries", list);
            ctx.json(object);
            return;
        }
        StringBuilder text = new StringBuilder();
        for (TarEntry entry : entries) {
            pad(text, entry.type().word(), 8);
            pad(text, Integer.toOctalString(010000 | entry.mode()).substring(1), 4);
            String size = String.valueOf(entry.size());
            text.append(" ".repeat(Math.max(0, 15 - size.length())))
                    .append(size)
                    .append(' ');
            text.append(SafeText.printable(entry.path().untrustedText()));
            if (entry.type() == EntryType.SYMLINK || entry.type() == EntryType.HARDLINK) {
                text.append(" -> ").append(SafeText.printable(entry.target().untrustedText()));
            }
            text.append('\n');
        }
        ctx.out().append(text);
    }

    private static Map<String, @Nullable Object> json(TarEntry entry) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("path", entry.path().untrustedText());
        object.put("kind", entry.type().word());
        object.put("mode", Integer.toOctalString(010000 | entry.mode()).substring(1));
        object.put("mtime", entry.mtime());
        object.put("size", entry.size());
        object.put("stored", entry.map().stored());
        boolean isLink = entry.type() == EntryType.SYMLINK || entry.type() == EntryType.HARDLINK;
        object.put("target", isLink ? entry.target().untrustedText() : null);
        return object;
    }

    private static final class Lister implements ArchiveHandler {
        private final Selected selected;
        private final List<TarEntry> entries = new ArrayList<>();

        Lister(Selected selected) {
            this.selected = selected;
        }

        @Override
        public void entry(BackupItem item, String archive, TarEntry entry, Content content) throws IOException {
            if (selected.wants(entry.path())) {
                entries.add(entry);
            }
        }
    }
}
