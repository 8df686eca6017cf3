package org.qubestools.cli.backup;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.format.Backup;
import org.qubestools.backup.restore.Cancellation;
import org.qubestools.backup.restore.RestoreJob;
import org.qubestools.backup.restore.RestoreLog;
import org.qubestools.backup.restore.RestoreOptions;
import org.qubestools.backup.restore.RestorePlan;
import org.qubestools.backup.restore.RestorePlanner;
import org.qubestools.backup.restore.RestoreResult;
import org.qubestools.backup.restore.RestoreRun;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.Dom0User;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.VmCollection;

/** {@code qvm-backup-restore}: plan, question, work, report. */
public final class RestoreCommand {
    private final ParsedArguments args;
    private final ToolContext ctx;
    private final Session session;
    private final String location;
    private final RestoreOptions options;

    private RestoreCommand(ParsedArguments args, ToolContext ctx, Session session) {
        this.args = args;
        this.ctx = ctx;
        this.session = session;
        List<String> operands = args.operands();
        this.location = ReadingOptions.isFromCommand(args) ? "-" : operands.get(0);
        this.options = wanted(args);
    }

    private static RestoreOptions wanted(ParsedArguments args) {
        List<String> operands = args.operands();
        return RestoreOpts.of(
                args, ReadingOptions.isFromCommand(args) ? operands : operands.subList(1, operands.size()));
    }

    /** A usage error for what is wrong whatever the backup holds. */
    public static void checkUsage(ParsedArguments args) {
        boolean unnamed = args.operands().isEmpty() || args.operands().get(0).isEmpty();
        if (unnamed && !ReadingOptions.isFromCommand(args)) {
            throw Usage.error("name the backup");
        }
        wanted(args);
    }

    /** Runs it; the first operand is where the backup is, the others are names of VMs. */
    public static int run(ParsedArguments args, ToolContext ctx, Session session) {
        return new RestoreCommand(args, ctx, session).run();
    }

    private int run() {
        // First the store: without one nobody should have to type a passphrase.
        VmCollection host = options.verifyOnly()
                ? VmCollection.of(AttributeMap.EMPTY, List.of())
                : session.qubes().load().vms();
        Dom0User user =
                options.verifyOnly() ? null : Dom0User.find(session.config()).orElse(null);
        Path spill = options.verifyOnly() ? null : session.config().real("/var/lib/qubes");
        try (ReadingOptions.Opened opened = ReadingOptions.open(location, args, ctx, spill)) {
            Backup backup = opened.backup();
            String name = user == null ? null : user.name();
            RestorePlan plan = RestorePlanner.plan(host, name, backup.contents(), options);
            return options.verifyOnly() ? verify(opened, plan) : restore(opened, plan, user);
        }
    }

    private int verify(ReadingOptions.Opened opened, RestorePlan plan) {
        RestoreJob.requireVerifiable(opened.backup());
        RestorePlanText.requireNoConflict(plan, args.has(CommonOptions.DRY_RUN), true, ctx);
        if (args.has(CommonOptions.DRY_RUN)) {
            RestorePlanText.print(plan, true, true, ctx);
            return 0;
        }
        if (!ctx.isJson()) {
            RestorePlanText.show(plan, true, ctx);
        }
        Cancellation cancellation = new Cancellation();
        try (Host.Registration registered = ctx.host().onInterrupt(cancellation::cancel)) {
            RestoreResult result = RestoreJob.verify(opened.backup(), plan, settings(cancellation));
            return new RestoreReport(result, opened.rejections(), true, ctx).end();
        }
    }

    private int restore(ReadingOptions.Opened opened, RestorePlan plan, @Nullable Dom0User user) {
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        RestorePlanText.requireNoConflict(plan, dryRun, false, ctx);
        Cancellation cancellation = new Cancellation();
        RestoreJob job = new RestoreJob(session.qubes(), opened.backup(), plan, user, settings(cancellation));
        job.check();
        if (dryRun) {
            job.leftovers().forEach(ctx::warn);
            RestorePlanText.print(plan, true, false, ctx);
            return 0;
        }
        if (!ctx.isJson()) {
            RestorePlanText.show(plan, false, ctx);
        }
        if (!opened.backup().isAuthenticated()) {
            ctx.warn("a backup of format 1 is not authenticated: anybody may have changed it");
        }
        if (!PassphraseOptions.isGiven(args) && !Question.yes("Do you want to proceed? [y/N] ", ctx)) {
            ctx.note("nothing was restored");
            return 0;
        }
        try (Host.Registration registered = ctx.host().onInterrupt(cancellation::cancel)) {
            return new RestoreReport(job.run(), opened.rejections(), false, ctx).end();
        }
    }

    private RestoreRun settings(Cancellation cancellation) {
        Path homeTo = args.value(RestoreOpts.HOME_TO)
                .map(dir -> Path.of(dir).toAbsolutePath().normalize())
                .orElse(null);
        if (homeTo != null && homeTo.getFileName() == null) {
            throw new QubesException(ErrorKind.USAGE, "--home-to: that is no new directory");
        }
        return new RestoreRun(
                options,
                homeTo,
                args.has(RestoreOpts.IGNORE_SIZE),
                ctx.clock().withZone(ctx.zone()),
                FileLayer.system(),
                ReadingOptions.progress(args, ctx),
                new Log(ctx),
                cancellation);
    }

    private record Log(ToolContext ctx) implements RestoreLog {
        @Override
        public void note(String line) {
            ctx.note(line);
        }

        @Override
        public void warn(String line) {
            ctx.warn(line);
        }
    }
}
