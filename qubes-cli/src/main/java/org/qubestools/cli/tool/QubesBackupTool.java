package org.qubestools.cli.tool;

import java.io.IOException;
import java.util.List;
import org.qubestools.cli.backup.BackupCommands;
import org.qubestools.cli.backup.Licenses;
import org.qubestools.cli.backup.PassphraseOptions;
import org.qubestools.cli.backup.ReadingOptions;
import org.qubestools.cli.backup.RestoreOpts;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;

/** {@code qubes-backup}: reads a backup of any version, on any machine. */
public final class QubesBackupTool implements Tool {
    private static final String OPERANDS = "COMMAND FILE [ARGUMENT ...]";
    private static final Opt<Boolean> LICENSES =
            Opt.flag("--licenses").help("print the licenses of all parts; with --verbose their texts");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qubes-backup", "read a Qubes backup of any version")
                .withoutStore()
                .operands(OPERANDS, 0, ToolSpec.ANY)
                .commands(BackupCommands.NAMES)
                .options(
                        PassphraseOptions.FILE,
                        PassphraseOptions.FD,
                        PassphraseOptions.COMMAND,
                        ReadingOptions.ENCRYPTED,
                        ReadingOptions.COMPRESSED,
                        ReadingOptions.DECODER,
                        ReadingOptions.MEMORY,
                        ReadingOptions.NO_KDF_LIMIT,
                        ReadingOptions.ALLOW_MD5,
                        ReadingOptions.FROM_COMMAND,
                        ReadingOptions.TMPDIR,
                        RestoreOpts.IGNORE_SIZE,
                        LICENSES,
                        CommonOptions.QUIET)
                .onlyOneOf(PassphraseOptions.FILE, PassphraseOptions.FD, PassphraseOptions.COMMAND)
                .note("FILE is a backup, - for standard input, or the directory of a backup of format 1.")
                .command("info FILE", "what the backup is; needs no passphrase")
                .command("list FILE [VM|PATH ...]", "the VMs in it, or the files of VMs or below paths")
                .command("verify FILE [VM ...]", "prove that all of it, or of these VMs, is sound")
                .command("extract FILE DIR [VM|PATH ...]", "write files into the directory DIR")
                .command("cat FILE PATH", "one file to standard output")
                .example("qubes-backup info backup", "what it is, without the passphrase")
                .example("qubes-backup list backup work", "every file of the VM work")
                .example("qubes-backup extract backup out work", "all files of work below the directory out")
                .example("qubes-backup cat backup vm5/private.img > private.img", "one file")
                .exitCode(3, "finished, but not everything was sound; each fault was named")
                .exitCode(12, "the passphrase is wrong, or the header is damaged")
                .exitCode(13, "the backup is damaged");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) throws IOException {
        if (args.has(LICENSES)) {
            return Licenses.run(ctx);
        }
        List<String> words = args.operands();
        if (words.isEmpty()) {
            throw Usage.error("operand missing, expected " + OPERANDS);
        }
        return BackupCommands.run(words.get(0), words.subList(1, words.size()), args, ctx);
    }
}
