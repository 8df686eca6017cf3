package org.qubestools.backup.format;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.crypto.OpensslCipher;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** Reads a header file, by the rules of the strictest original. Of bytes that are not authentic nothing may follow from it but what is shown or derived in advance. */
public final class BackupHeaderParser {
    /** Longest header. */
    public static final int MAX_LENGTH = 64 * 1024;

    private static final List<String> KNOWN = List.of(
            "version",
            "encrypted",
            "compressed",
            "compression-filter",
            "crypto-algorithm",
            "hmac-algorithm",
            "backup-id");

    private final Map<String, String> values = new HashMap<>();

    private BackupHeaderParser() {}

    /** The header in these bytes; CORRUPT_BACKUP, naming the key, if it is not well-formed or lacks something. */
    public static BackupHeader parse(byte[] header) {
        BackupHeaderParser parser = new BackupHeaderParser();
        parser.lines(header);
        return parser.header();
    }

    private void lines(byte[] header) {
        for (byte b : header) {
            if (b < 0) {
                throw refused("it is no ASCII text");
            }
        }
        for (String line : new String(header, StandardCharsets.US_ASCII).split("\n", -1)) {
            if (!line.isBlank()) {
                line(line.strip());
            }
        }
    }

    private void line(String line) {
        int equals = line.indexOf('=');
        if (equals < 0 || line.indexOf('=', equals + 1) >= 0) {
            throw refused("a line is not KEY=VALUE: '" + SafeText.of(line) + "'");
        }
        String key = line.substring(0, equals).strip();
        String value = line.substring(equals + 1).strip();
        if (!isPlain(key) || !isPlain(value)) {
            throw refused("a line has characters that are not allowed: '" + SafeText.of(line) + "'");
        }
        if (KNOWN.contains(key) && values.put(key, value) != null) {
            throw refused("the key " + key + " is there twice");
        }
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    private BackupHeader header() {
        FormatVersion version = version(values.get("version"));
        boolean v4 = version == FormatVersion.V4;
        boolean encrypted = bool(required("encrypted")) || v4;
        boolean compressed = bool(required("compressed"));
        String hmac = required("hmac-algorithm");
        String cipher = values.get("crypto-algorithm");
        if (version == FormatVersion.V3 && encrypted && cipher == null) {
            throw refused("the key crypto-algorithm is missing");
        }
        String filter = values.get("compression-filter");
        if (v4 && compressed && filter == null) {
            throw refused("the key compression-filter is missing");
        }
        if (v4 != hmac.equals("scrypt")) {
            throw refused("hmac-algorithm " + SafeText.of(hmac) + " does not go with format " + version.number());
        }
        return new BackupHeader(
                version,
                encrypted,
                compressed,
                filter == null ? "gzip" : filter,
                hmac,
                cipher == null ? OpensslCipher.DEFAULT_NAME : cipher,
                v4 ? backupId() : "");
    }

    private String backupId() {
        String id = required("backup-id");
        if (id.isEmpty() || id.startsWith("-")) {
            throw refused("the key backup-id has no usable value");
        }
        return id;
    }

    private static FormatVersion version(@Nullable String text) {
        if (text == null) {
            return FormatVersion.V2;
        }
        return switch (text) {
            case "2" -> FormatVersion.V2;
            case "3" -> FormatVersion.V3;
            case "4" -> FormatVersion.V4;
            default ->
                throw new QubesException(
                        ErrorKind.CORRUPT_BACKUP,
                        "backup format version " + SafeText.of(text) + " is not known",
                        "this tool reads versions 1 to 4");
        };
    }

    private String required(String key) {
        String value = values.get(key);
        if (value == null) {
            throw refused("the key " + key + " is missing");
        }
        return value;
    }

    private static boolean bool(String text) {
        String plain = text.toLowerCase(Locale.ROOT);
        return plain.equals("1") || plain.equals("true") || plain.equals("yes");
    }

    private static QubesException refused(String reason) {
        return new QubesException(ErrorKind.CORRUPT_BACKUP, "the header of the backup cannot be used: " + reason);
    }
}
