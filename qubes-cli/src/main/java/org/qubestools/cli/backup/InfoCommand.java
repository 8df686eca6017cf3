package org.qubestools.cli.backup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.format.Backup;
import org.qubestools.backup.format.BackupHeader;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.backup.format.KnownHeader;
import org.qubestools.backup.format.UntrustedHeader;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.io.SafeText;

/**
 * {@code qubes-backup info}: what a backup is. Without a passphrase only what its header claims; with one, that was
 * proved, and the VMs are named.
 */
final class InfoCommand {
    private static final KnownHeader NO_HEADER = new KnownHeader(Optional.empty(), Optional.empty());

    private InfoCommand() {}

    static int run(String location, ParsedArguments args, ToolContext ctx) {
        boolean isFile = !ReadingOptions.isFromCommand(args) && !location.equals("-");
        boolean isDirectory = isFile && Files.isDirectory(Path.of(location));
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("type", "backup-info");
        if (isDirectory || PassphraseOptions.isGiven(args)) {
            try (ReadingOptions.Opened opened = ReadingOptions.open(location, args, ctx, null)) {
                Backup backup = opened.backup();
                claims(facts, backup.knownHeader().orElse(NO_HEADER), backup.version());
                facts.put("authenticated", backup.isAuthenticated());
                List<Object> names = new ArrayList<>();
                for (BackupItem item : backup.contents().items()) {
                    names.add(item.vm().name());
                }
                facts.put("vms", names);
            }
        } else {
            KnownHeader header = UntrustedHeader.read(ReadingOptions.members(location, args, ctx, new ArrayList<>()));
            claims(facts, header, FormatVersion.V2);
            facts.put("authenticated", false);
        }
        if (isFile && !isDirectory) {
            facts.put("bytes", size(Path.of(location)));
        }
        print(facts, ctx);
        return 0;
    }

    /** What the header says. */
    private static void claims(Map<String, @Nullable Object> facts, KnownHeader known, FormatVersion otherwise) {
        header(facts, known.header().orElse(null), otherwise);
        ScryptCost cost = known.cost().orElse(null);
        if (cost != null) {
            facts.put("key_derivation", "scrypt " + cost);
            facts.put("key_derivation_memory", cost.memory());
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
