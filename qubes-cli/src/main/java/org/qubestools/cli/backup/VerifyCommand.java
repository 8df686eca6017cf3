package org.qubestools.cli.backup;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.PassResult;
import org.qubestools.backup.unpack.CountingHandler;
import org.qubestools.backup.unpack.VerifyingHandler;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Progress;

/** {@code qubes-backup verify}: proves that everything asked for is authentic, complete and sound. */
final class VerifyCommand {
    private VerifyCommand() {}

    static int run(String location, List<String> words, ParsedArguments args, ToolContext ctx) {
        try (ReadingOptions.Opened opened = ReadingOptions.open(location, args, ctx, null)) {
            if (!opened.backup().isAuthenticated()) {
                throw new QubesException(
                        ErrorKind.FAILED,
                        "a backup of format 1 cannot be verified: nothing in it is authenticated",
                        "'qubes-backup extract' takes it as it is");
            }
            Selected selected = Selected.of(opened.backup().contents(), words);
            Progress progress = ReadingOptions.progress(args, ctx);
            ArchiveHandler handler = new CountingHandler(new VerifyingHandler(), progress, selected.items());
            PassResult result = opened.read(selected.items(), handler, ctx);
            progress.done();
            PassReport report = new PassReport(selected.items(), result).with(opened.rejections());
            report.warn(ctx);
            print(report, selected.items(), result, ctx);
            report.requireGood("verified");
            return 0;
        }
    }

    private static void print(PassReport report, List<BackupItem> items, PassResult result, ToolContext ctx) {
        if (ctx.isJson()) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("type", "backup-verify");
            object.put("ok", report.isGood());
            object.put("vms", report.json());
            ctx.json(object);
            return;
        }
        for (BackupItem item : items) {
            ctx.println(item.shownName() + ": " + (result.problem(item).isEmpty() ? "verified" : "NOT verified"));
        }
    }
}
