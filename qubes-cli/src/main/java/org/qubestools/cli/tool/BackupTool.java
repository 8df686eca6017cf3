package org.qubestools.cli.tool;

import org.qubestools.cli.backup.BackupProfile;
import org.qubestools.cli.backup.BackupRun;
import org.qubestools.cli.backup.PassphraseOptions;
import org.qubestools.cli.backup.ReadingOptions;
import org.qubestools.cli.backup.WritingOptions;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;

/** {@code qvm-backup}: writes VMs and the home of dom0 into one archive. */
public final class BackupTool implements Tool {
    private static final Opt<Boolean> DEBUG =
            Opt.flag("--debug").help("taken for the sake of old scripts; see --verbose");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-backup", "back up VMs and the home of dom0")
                .operands("TARGET [VM ...]", 0, ToolSpec.ANY)
                .options(
                        BackupRun.EXCLUDE,
                        BackupRun.DEST_VM,
                        WritingOptions.ENCRYPT,
                        WritingOptions.NO_ENCRYPT,
                        PassphraseOptions.FILE,
                        PassphraseOptions.FD,
                        PassphraseOptions.COMMAND,
                        WritingOptions.CIPHER,
                        WritingOptions.DIGEST,
                        WritingOptions.COMPRESS,
                        WritingOptions.FILTER,
                        WritingOptions.LEVEL,
                        WritingOptions.FORMAT,
                        WritingOptions.SCRYPT_COST,
                        BackupRun.TO_COMMAND,
                        ReadingOptions.MEMORY,
                        ReadingOptions.TMPDIR,
                        BackupProfile.YES,
                        BackupProfile.PROFILE,
                        BackupProfile.SAVE,
                        DEBUG,
                        CommonOptions.QUIET)
                .onlyOneOf(PassphraseOptions.FILE, PassphraseOptions.FD, PassphraseOptions.COMMAND)
                .onlyOneOf(WritingOptions.ENCRYPT, WritingOptions.NO_ENCRYPT)
                .refusesRoot()
                .changesStore()
                .note("TARGET is a directory, a file, or - for standard output. Without names the backup holds all VMs "
                        + "with include_in_backups, internal ones excepted, and the home of dom0.")
                .example("qvm-backup /mnt/backup", "everything, as a file qubes-DATE in that directory")
                .example("qvm-backup -Z zstd backup work personal", "two VMs, compressed by zstd")
                .example("qvm-backup -y --profile weekly.profile", "what was kept with --save-profile weekly.profile")
                .example("qvm-backup -d sys-usb /media/disk", "into a directory of the VM sys-usb");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        ParsedArguments all = BackupProfile.with(args, spec(), ctx);
        return BackupRun.run(all, ctx, () -> BackupProfile.save(all, spec()));
    }
}
