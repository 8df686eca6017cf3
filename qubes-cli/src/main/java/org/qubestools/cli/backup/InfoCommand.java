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
import org.qubestools.backup.archive.ArchiveFile;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.format.BackupHeader;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.backup.format.UntrustedHeader;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.io.SafeText;

/**
 * {@code qubes-backup info}: what a backup is. Without a passphrase only what its header claims; with one, that was
 * proved, and the VMs are named.
 */
final class InfoCommand {
    private InfoCommand() {}

    static int run(String location, ParsedArguments args, ToolContext ctx) {
        Path path = Path.of(location);
        boolean isDirectory = !location.equals("-") && Files.isDirectory(path);
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("type", "backup-info");
        if (isDirectory || PassphraseOptions.isGiven(args)) {
            try (ReadingOptions.Opened opened = ReadingOptions.open(location, args, ctx, null)) {
                if (isDirectory) {
                    header(facts, null, FormatVersion.V1);
                } else {
                    claims(facts, location, ctx);
                }
                facts.put("authenticated", opened.backup().isAuthenticated());
                List<Object> names = new ArrayList<>();
                for (BackupItem item : opened.backup().contents().items()) {
                    names.add(item.vm().name());
                }
                facts.put("vms", names);
            }
        } else {
            claims(facts, location, ctx);
            facts.put("authenticated", false);
        }
        if (!location.equals("-") && !isDirectory) {
            facts.put("bytes", size(path));
        }
        print(facts, ctx);
        return 0;
    }

    /** What the header says; of a stream that is read for the VMs nothing more can be said. */
    private static void claims(Map<String, @Nullable Object> facts, String location, ToolContext ctx) {
        boolean stream = location.equals("-");
        if (stream && facts.containsKey("format")) {
            return;
        }
        try {
            MemberSource source = stream
                    ? ArchiveFile.ofStream(ctx.in(), ctx::detail, ctx::detail)
                    : ArchiveFile.open(Path.of(location), ctx::detail, ctx::detail);
            UntrustedHeader untrusted = UntrustedHeader.read(source);
            header(facts, untrusted.header().orElse(null), FormatVersion.V2);
            ScryptCost cost = untrusted.cost().orElse(null);
            if (cost != null) {
                facts.put("key_derivation", "scrypt " + cost);
                facts.put("key_derivation_memory", cost.memory());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void header(
            Map<String, @Nullable Object> facts, @Nullable BackupHeader header, FormatVersion otherwise) {
        FormatVersion version = header == null ? otherwise : header.version();
        facts.put("format", (long) version.number());
        facts.put("written_by", version.writers());
        if (header == null) {
            facts.put("encrypted", version == FormatVersion.V1 ? Boolean.FALSE : null);
            facts.put("compressed", version == FormatVersion.V1 ? Boolean.FALSE : null);
            return;
        }
        facts.put("encrypted", header.encrypted());
        facts.put("compressed", header.compressed());
        if (header.compressed()) {
            facts.put("filter", SafeText.of(header.compressionFilter()));
        }
        facts.put("authentication", SafeText.of(header.hmacAlgorithm()));
        if (header.version() == FormatVersion.V4) {
            facts.put("backup_id", SafeText.of(header.backupId()));
        } else if (header.encrypted()) {
            facts.put("cipher", SafeText.of(header.cryptoAlgorithm()));
        }
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void print(Map<String, @Nullable Object> facts, ToolContext ctx) {
        if (ctx.isJson()) {
            ctx.json(facts);
            return;
        }
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, @Nullable Object> fact : facts.entrySet()) {
            if (fact.getKey().equals("type")) {
                continue;
            }
            String label = fact.getKey().replace('_', ' ') + ":";
            text.append(label).append(" ".repeat(Math.max(1, 24 - label.length())));
            text.append(shown(fact.getValue())).append('\n');
        }
        ctx.out().append(text);
    }

    private static String shown(@Nullable Object value) {
        if (value == null) {
            return "not known";
        }
        if (value instanceof Boolean yes) {
            return yes ? "yes" : "no";
        }
        if (value instanceof List<?> names) {
            StringBuilder joined = new StringBuilder();
            for (Object name : names) {
                joined.append(joined.length() == 0 ? "" : ", ").append(SafeText.of(String.valueOf(name)));
            }
            return joined.toString();
        }
        return String.valueOf(value);
    }
}
