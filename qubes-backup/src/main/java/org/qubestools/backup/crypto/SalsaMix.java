package org.qubestools.backup.crypto;

/**
 * The block mixer of scrypt (RFC 7914, sections 3 and 4): Salsa20/8 over a chain of 64-byte blocks, as words. Nearly all
 * the time of a derivation is spent here, so it is written for the compiler: one method, the state in local variables.
 */
final class SalsaMix {
    private static final int WORDS = 16;
    private static final int DOUBLE_ROUNDS = 4;

    private SalsaMix() {}

    /** Mixes the {@code 32 * r} words of {@code in} into {@code out}, which is another array. */
    @SuppressWarnings("MethodLength") // one state of 16 words, in names
    static void mix(int[] in, int[] out, int r) {
        int last = (2 * r - 1) * WORDS;
        int x00 = in[last];
        int x01 = in[last + 1];
        int x02 = in[last + 2];
        int x03 = in[last + 3];
        int x04 = in[last + 4];
        int x05 = in[last + 5];
        int x06 = in[last + 6];
        int x07 = in[last + 7];
        int x08 = in[last + 8];
        int x09 = in[last + 9];
        int x10 = in[last + 10];
        int x11 = in[last + 11];
        int x12 = in[last + 12];
        int x13 = in[last + 13];
        int x14 = in[last + 14];
        int x15 = in[last + 15];
        for (int block = 0; block < 2 * r; block++) {
            int from = block * WORDS;
            int to = ((block >> 1) + (block & 1) * r) * WORDS;
            x00 ^= in[from];
            out[to] = x00;
            x01 ^= in[from + 1];
            out[to + 1] = x01;
            x02 ^= in[from + 2];
            out[to + 2] = x02;
            x03 ^= in[from + 3];
            out[to + 3] = x03;
            x04 ^= in[from + 4];
            out[to + 4] = x04;
            x05 ^= in[from + 5];
            out[to + 5] = x05;
            x06 ^= in[from + 6];
            out[to + 6] = x06;
            x07 ^= in[from + 7];
            out[to + 7] = x07;
            x08 ^= in[from + 8];
            out[to + 8] = x08;
            x09 ^= in[from + 9];
            out[to + 9] = x09;
            x10 ^= in[from + 10];
            out[to + 10] = x10;
            x11 ^= in[from + 11];
            out[to + 11] = x11;
            x12 ^= in[from + 12];
            out[to + 12] = x12;
            x13 ^= in[from + 13];
            out[to + 13] = x13;
            x14 ^= in[from + 14];
            out[to + 14] = x14;
            x15 ^= in[from + 15];
            out[to + 15] = x15;
            for (int round = 0; round < DOUBLE_ROUNDS; round++) {
                x04 ^= Integer.rotateLeft(x00 + x12, 7);
                x08 ^= Integer.rotateLeft(x04 + x00, 9);
                x12 ^= Integer.rotateLeft(x08 + x04, 13);
                x00 ^= Integer.rotateLeft(x12 + x08, 18);
                x09 ^= Integer.rotateLeft(x05 + x01, 7);
                x13 ^= Integer.rotateLeft(x09 + x05, 9);
                x01 ^= Integer.rotateLeft(x13 + x09, 13);
                x05 ^= Integer.rotateLeft(x01 + x13, 18);
                x14 ^= Integer.rotateLeft(x10 + x06, 7);
                x02 ^= Integer.rotateLeft(x14 + x10, 9);
                x06 ^= Integer.rotateLeft(x02 + x14, 13);
                x10 ^= Integer.rotateLeft(x06 + x02, 18);
                x03 ^= Integer.rotateLeft(x15 + x11, 7);
                x07 ^= Integer.rotateLeft(x03 + x15, 9);
                x11 ^= Integer.rotateLeft(x07 + x03, 13);
                x15 ^= Integer.rotateLeft(x11 + x07, 18);
                x01 ^= Integer.rotateLeft(x00 + x03, 7);
                x02 ^= Integer.rotateLeft(x01 + x00, 9);
                x03 ^= Integer.rotateLeft(x02 + x01, 13);
                x00 ^= Integer.rotateLeft(x03 + x02, 18);
                x06 ^= Integer.rotateLeft(x05 + x04, 7);
                x07 ^= Integer.rotateLeft(x06 + x05, 9);
                x04 ^= Integer.rotateLeft(x07 + x06, 13);
                x05 ^= Integer.rotateLeft(x04 + x07, 18);
                x11 ^= Integer.rotateLeft(x10 + x09, 7);
                x08 ^= Integer.rotateLeft(x11 + x10, 9);
                x09 ^= Integer.rotateLeft(x08 + x11, 13);
                x10 ^= Integer.rotateLeft(x09 + x08, 18);
                x12 ^= Integer.rotateLeft(x15 + x14, 7);
                x13 ^= Integer.rotateLeft(x12 + x15, 9);
                x14 ^= Integer.rotateLeft(x13 + x12, 13);
                x15 ^= Integer.rotateLeft(x14 + x13, 18);
            }
            x00 += out[to];
            out[to] = x00;
            x01 += out[to + 1];
            out[to + 1] = x01;
            x02 += out[to + 2];
            out[to + 2] = x02;
            x03 += out[to + 3];
            out[to + 3] = x03;
            x04 += out[to + 4];
            out[to + 4] = x04;
            x05 += out[to + 5];
            out[to + 5] = x05;
            x06 += out[to + 6];
            out[to + 6] = x06;
            x07 += out[to + 7];
            out[to + 7] = x07;
            x08 += out[to + 8];
            out[to + 8] = x08;
            x09 += out[to + 9];
            out[to + 9] = x09;
            x10 += out[to + 10];
            out[to + 10] = x10;
            x11 += out[to + 11];
            out[to + 11] = x11;
            x12 += out[to + 12];
            out[to + 12] = x12;
            x13 += out[to + 13];
            out[to + 13] = x13;
            x14 += out[to + 14];
            out[to + 14] = x14;
            x15 += out[to + 15];
            out[to + 15] = x15;
        }
    }
}
