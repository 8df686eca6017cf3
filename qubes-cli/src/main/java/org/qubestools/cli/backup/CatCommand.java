package org.qubestools.cli.backup;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.qubestools.backup.archive.ContentSink;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.Backup;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.PassResult;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * {@code qubes-backup cat}: one file of a backup on standard output, holes as zeros. Each chunk is authentic before any
 * of it is written, but what follows it is not yet known: only exit code 0 says that all is sound.
 */
final class CatCommand {
    private CatCommand() {}

    static int run(String location, String path, ParsedArguments args, ToolContext ctx) {
        try (ReadingOptions.Opened opened = ReadingOptions.open(location, args, ctx, null)) {
            Backup backup = opened.backup();
            if (path.equals("qubes.xml")) {
                byte[] xml = backup.xml();
                ctx.out().write(xml, 0, xml.length);
                return 0;
            }
            Selected selected = Selected.of(backup.contents(), List.of(path));
            Printer printer = new Printer(path, ctx.out());
            PassResult result = opened.read(selected.items(), printer, ctx);
            PassReport report = new PassReport(selected.items(), result).with(opened.rejections());
            report.warn(ctx);
            if (!printer.found) {
                throw new QubesException(
                        ErrorKind.FAILED,
                        "the backup holds no file '" + SafeText.of(path) + "'",
                        "'qubes-backup list FILE VM' shows the paths");
            }
            report.requireGood("read");
            return 0;
        }
    }

    private static final class Printer implements ArchiveHandler {
        private static final byte[] ZEROS = new byte[1 << 16];

        private final String path;
        private final PrintStream out;
        private boolean found;

        Printer(String path, PrintStream out) {
            this.path = path;
            this.out = out;
        }

        @Override
        public void entry(BackupItem item, String archive, TarEntry entry, Content content) throws IOException {
            if (!entry.path().isText(path)) {
                return;
            }
            if (entry.type() != EntryType.FILE) {
                throw new QubesException(
                        ErrorKind.FAILED,
                        "'" + entry.path() + "' is no file but a "
                                + entry.type().word());
            }
            found = true;
            Sequential sequential = new Sequential(out);
            content.to(sequential);
            sequential.zerosUpTo(entry.size());
        }

        /** Fills the holes. */
        private static final class Sequential implements ContentSink {
            private final PrintStream out;
            private long at;

            Sequential(PrintStream out) {
                this.out = out;
            }

            @Override
            public void data(long offset, byte[] buffer, int from, int length) {
                zerosUpTo(offset);
                out.write(buffer, from, length);
                at = offset + length;
            }

            void zerosUpTo(long offset) {
                while (at < offset) {
                    int part = (int) Math.min(ZEROS.length, offset - at);
                    out.write(ZEROS, 0, part);
                    at += part;
                }
            }
        }
    }
}
