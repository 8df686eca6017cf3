package org.qubestools.backup.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages documents at random, the same way for the same seed. */
final class Mutations {
    private static final List<String> SNIPPETS = List.of(
            "<",
            ">",
            "/>",
            "\"",
            "'",
            "&",
            "&#0;",
            "&#xD800;",
            "&x;",
            "<a>",
            "</domain>",
            "<!--",
            "]]>",
            "<![CDATA[",
            "<?xml version='1.0' encoding='UTF-16'?>",
            "<!DOCTYPE qubes [<!ENTITY a 'b'>]>",
            "xmlns='x'",
            "x:",
            "\u0000",
            "\ufeff",
            "None",
            "..",
            "/",
            "0",
            "99999999999999999999",
            "qid",
            "name",
            "-",
            "\ud83d\ude00");

    private final Random random;

    Mutations(long seed) {
        this.random = new Random(seed);
    }

    /** The same with one to four places cut, doubled, overwritten or filled with something harmful. */
    byte[] of(byte[] document) {
        byte[] damaged = document.clone();
        int places = 1 + random.nextInt(4);
        for (int i = 0; i < places; i++) {
            damaged = once(damaged);
        }
        return damaged;
    }

    private byte[] once(byte[] document) {
        int at = random.nextInt(document.length + 1);
        int length = Math.min(random.nextInt(60), document.length - at);
        return switch (random.nextInt(5)) {
            case 0 -> join(document, at, new byte[0], at + length);
            case 1 -> join(document, at, snippet(), at);
            case 2 -> join(document, at, snippet(), at + length);
            case 3 -> join(document, at, Arrays.copyOfRange(document, at, at + length), at);
            default -> join(document, at, noise(), at);
        };
    }

    private byte[] snippet() {
        return SNIPPETS.get(random.nextInt(SNIPPETS.size())).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] noise() {
        byte[] noise = new byte[1 + random.nextInt(3)];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] join(byte[] document, int end, byte[] middle, int rest) {
        byte[] joined = Arrays.copyOf(document, end + middle.length + document.length - rest);
        System.arraycopy(middle, 0, joined, end, middle.length);
        System.arraycopy(document, rest, joined, end + middle.length, document.length - rest);
        return joined;
    }
}
