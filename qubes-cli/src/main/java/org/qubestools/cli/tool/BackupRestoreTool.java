package org.qubestools.cli.tool;

import org.qubestools.cli.backup.PassphraseOptions;
import org.qubestools.cli.backup.ReadingOptions;
import org.qubestools.cli.backup.RestoreCommand;
import org.qubestools.cli.backup.RestoreOpts;
import org.qubestools.cli.frame.RootRule;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;

/** {@code qvm-backup-restore}: restores VMs from a backup of any version. */
public final class BackupRestoreTool implements Tool {
    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-backup-restore", "restore VMs from a backup of any version")
                .operands("FILE [VM ...]", 0, ToolSpec.ANY)
                .options(
                        RestoreOpts.VERIFY_ONLY,
                        RestoreOpts.SKIP_BROKEN,
                        RestoreOpts.IGNORE_MISSING,
                        RestoreOpts.SKIP_CONFLICTING,
                        RestoreOpts.RENAME_CONFLICTING,
                        RestoreOpts.RENAME,
                        RestoreOpts.PREFIX,
                        RestoreOpts.MAP_TEMPLATE,
                        RestoreOpts.MAP_NETVM,
                        RestoreOpts.POOL,
                        RestoreOpts.EXCLUDE,
                        RestoreOpts.SKIP_HOME,
                        RestoreOpts.IGNORE_USER,
                        RestoreOpts.HOME_TO,
                        RestoreOpts.PARANOID,
                        RestoreOpts.IGNORE_SIZE,
                        PassphraseOptions.FILE,
                        PassphraseOptions.FD,
                        PassphraseOptions.COMMAND,
                        ReadingOptions.DEST_VM,
                        ReadingOptions.FROM_COMMAND,
                        ReadingOptions.ENCRYPTED,
                        ReadingOptions.COMPRESSED,
                        ReadingOptions.DECODER,
                        ReadingOptions.MEMORY,
                        ReadingOptions.NO_KDF_LIMIT,
                        ReadingOptions.ALLOW_MD5,
                        ReadingOptions.TMPDIR,
                        RestoreOpts.DEBUG,
                        CommonOptions.QUIET)
                .onlyOneOf(PassphraseOptions.FILE, PassphraseOptions.FD, PassphraseOptions.COMMAND)
                .onlyOneOf(ReadingOptions.DEST_VM, ReadingOptions.FROM_COMMAND)
                .onlyOneOf(RestoreOpts.SKIP_CONFLICTING, RestoreOpts.RENAME_CONFLICTING)
                .onlyOneOf(RestoreOpts.SKIP_HOME, RestoreOpts.HOME_TO)
                .refusesRoot()
                .changesStore()
                .note("FILE is a backup, - for standard input, or the directory of a backup of format 1. "
                        + "Names of VMs restrict the restore to these; dom0 stands for the home of its user.")
                .note(
                        "Shows what it is going to do, then asks, unless an option gives the passphrase. "
                                + "A VM appears when all of it is verified and in place; a damaged one does not stop the others.")
                .note(
                        "If a name is taken on this host, or a template or netvm is missing, nothing is restored before an "
                                + "option says what to do then; --dry-run shows it.")
                .example("qvm-backup-restore --dry-run backup", "see what would be done")
                .example("qvm-backup-restore backup work vault", "two VMs")
                .example("qvm-backup-restore --rename-conflicting --ignore-missing backup", "whatever it takes")
                .example("qvm-backup-restore --verify-only -p passphrase backup", "is it all good?")
                .exitCode(3, "finished, but not everything was restored; each fault was named")
                .exitCode(12, "the passphrase is wrong, or the header is damaged")
                .exitCode(13, "the backup is damaged");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        RestoreCommand.checkUsage(args);
        if (!args.has(RestoreOpts.VERIFY_ONLY)) {
            RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        }
        try (Session session = Session.open(args, ctx)) {
            return RestoreCommand.run(args, ctx, session);
        }
    }
}
