package org.qubestools.cli.backup;

import java.util.Locale;
import org.qubestools.cli.option.Converter;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.io.SafeText;

/** A number of bytes as users write it: {@code 512M}, {@code 2G}, {@code 4096}. */
final class ByteSize implements Converter<Long> {
    static final ByteSize CONVERTER = new ByteSize();

    private static final long MOST = 1L << 50;

    private ByteSize() {}

    @Override
    public Long convert(String untrusted) {
        String text = untrusted.toUpperCase(Locale.ROOT);
        int digits = 0;
        while (digits < text.length() && Character.digit(text.charAt(digits), 10) >= 0 && text.charAt(digits) < 128) {
            digits++;
        }
        long factor =
                switch (text.substring(digits)) {
                    case "" -> 1;
                    case "K", "KB", "KIB" -> 1L << 10;
                    case "M", "MB", "MIB" -> 1L << 20;
                    case "G", "GB", "GIB" -> 1L << 30;
                    case "T", "TB", "TIB" -> 1L << 40;
                    default -> 0;
                };
        if (digits == 0 || digits > 15 || factor == 0) {
            throw refused(untrusted);
        }
        long number = Long.parseLong(text, 0, digits, 10);
        if (number > MOST / factor) {
            throw refused(untrusted);
        }
        return number * factor;
    }

    private static RuntimeException refused(String untrusted) {
        return Usage.error("'" + SafeText.of(untrusted) + "' is no size; write it like 512M or 2G");
    }
}
