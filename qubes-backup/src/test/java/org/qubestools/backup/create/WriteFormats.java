package org.qubestools.backup.create;

import java.util.List;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.OpensslCipher;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.format.FormatVersion;

/** Formats by short texts: {@code 3}, {@code 3e}, {@code 3ze}, {@code 4 xz}, {@code 3e bzip2}; small chunks. */
final class WriteFormats {
    static final int CHUNK = 30_000;
    static final List<String> ALL = List.of(
            "3",
            "3e",
            "3 gzip",
            "3e gzip",
            "3e zstd",
            "3 xz",
            "3e bzip2",
            "3 lzma",
            "4",
            "4 gzip",
            "4 zstd",
            "4 xz",
            "4 bzip2");

    private WriteFormats() {}

    static WriteFormat of(String text) {
        return of(text, CHUNK);
    }

    static WriteFormat of(String text, int chunk) {
        int blank = text.indexOf(' ');
        boolean encrypted = text.startsWith("3e");
        return new WriteFormat(
                text.startsWith("4") ? FormatVersion.V4 : FormatVersion.V3,
                encrypted ? OpensslCipher.named(OpensslCipher.DEFAULT_NAME).orElseThrow() : null,
                HmacDigest.SHA512,
                blank < 0 ? null : WriteFormat.Compression.of(text.substring(blank + 1), 0),
                new ScryptCost(4, 1, 1),
                chunk);
    }
}
