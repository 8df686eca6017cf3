package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.io.SafeText;
import org.qubestools.devices.Attachment;
import org.qubestools.devices.LoopFiles;
import org.qubestools.devices.LoopRecord;

/** Prints what became of the loop devices that the toolkit made. */
final class LoopListing {
    private final ToolContext ctx;

    LoopListing(ToolContext ctx) {
        this.ctx = ctx;
    }

    int print(LoopFiles.Leftovers leftovers, boolean dryRun) {
        leftovers.complaints().forEach(ctx::warn);
        if (ctx.isJson()) {
            List<Map<String, @Nullable Object>> list = new ArrayList<>();
            leftovers.loops().forEach(loop -> list.add(json(loop)));
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", "loop-devices");
            result.put("dry_run", dryRun);
            result.put("devices", list);
            ctx.json(result);
            return ExitCode.OK;
        }
        for (LoopFiles.Leftover loop : leftovers.loops()) {
            LoopRecord record = loop.record();
            ctx.println(record.loop() + "\t" + SafeText.of(record.file()) + "\t" + words(loop, dryRun));
        }
        return ExitCode.OK;
    }

    private static String words(LoopFiles.Leftover loop, boolean dryRun) {
        return switch (loop.state()) {
            case IN_USE -> loop.holder().map(LoopListing::holder).orElse("used by dom0");
            case GONE -> dryRun ? "gone, only its record is left" : "was gone, record removed";
            case UNUSED -> dryRun ? "unused" : loop.cleared() ? "released" : "goes when its last user closes it";
        };
    }

    private static String holder(Attachment holder) {
        return "attached to '" + SafeText.of(holder.vm()) + "' as '" + SafeText.of(holder.frontend()) + "'";
    }

    private static Map<String, @Nullable Object> json(LoopFiles.Leftover loop) {
        LoopRecord record = loop.record();
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        result.put("device", record.loop());
        result.put("file", SafeText.of(record.file()));
        result.put("partition", record.partition());
        result.put("made_for", SafeText.of(record.vm()));
        result.put("state", loop.state().word());
        result.put("attached_to", loop.holder().map(Attachment::vm).orElse(null));
        result.put("frontend", loop.holder().map(Attachment::frontend).orElse(null));
        result.put("cleared", loop.cleared());
        return result;
    }
}
