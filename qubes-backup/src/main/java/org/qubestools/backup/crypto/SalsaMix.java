package org.qubestools.backup.crypto;

/**
 * The block mixer of scrypt (RFC 7914, sections 3 and 4): Salsa20/8 over a chain of 64-byte blocks, as words. Nearly all
 * the time of a derivation is spent here, so it is written for the compiler: one method, the state in local variables.
 */
final class SalsaMix {
    private static final int WORDS = 16;
    private static final int DOUBLE_ROUNDS = 4;

    private SalsaMix() {}

    /**
     * Mixes the {@code 32 * r} words at {@code in} into those at {@code out}. Both are in one array because a second one
     * would take a register from the state: 15 percent.
     */
    static void mix(int[] words, int in, int out, int r) {
        int last = in + (2 * r - 1) * WORDS;
        int x00 = words[last];
        int x01 = words[last + 1];
        int x02 = words[last + 2];
        int x03 = words[last + 3];
        int x04 = words[last + 4];
        int x05 = words[last + 5];
        int x06 = words[last + 6];
        int x07 = words[last + 7];
        int x08 = words[last + 8];
        int x09 = words[last + 9];
        int x10 = words[last + 10];
        int x11 = words[last + 11];
        int x12 = words[last + 12];
        int x13 = words[last + 13];
        int x14 = words[last + 14];
        int x15 = words[last + 15];
        for (int block = 0; block < 2 * r; block++) {
            int from = in + block * WORDS;
            int to = out + ((block >> 1) + (block & 1) * r) * WORDS;
            x00 ^= words[from];
            words[to] = x00;
            x01 ^= words[from + 1];
            words[to + 1] = x01;
            x02 ^= words[from + 2];
            words[to + 2] = x02;
            x03 ^= words[from + 3];
            words[to + 3] = x03;
            x04 ^= words[from + 4];
            words[to + 4] = x04;
            x05 ^= words[from + 5];
            words[to + 5] = x05;
            x06 ^= words[from + 6];
            words[to + 6] = x06;
            x07 ^= words[from + 7];
            words[to + 7] = x07;
            x08 ^= words[from + 8];
            words[to + 8] = x08;
            x09 ^= words[from + 9];
            words[to + 9] = x09;
            x10 ^= words[from + 10];
            words[to + 10] = x10;
            x11 ^= words[from + 11];
            words[to + 11] = x11;
            x12 ^= words[from + 12];
            words[to + 12] = x12;
            x13 ^= words[from + 13];
            words[to + 13] = x13;
            x14 ^= words[from + 14];
            words[to + 14] = x14;
            x15 ^= words[from + 15];
            words[to + 15] = x15;
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
            x00 += words[to];
            words[to] = x00;
            x01 += words[to + 1];
            words[to + 1] = x01;
            x02 += words[to + 2];
            words[to + 2] = x02;
            x03 += words[to + 3];
            words[to + 3] = x03;
            x04 += words[to + 4];
            words[to + 4] = x04;
            x05 += words[to + 5];
            words[to + 5] = x05;
            x06 += words[to + 6];
            words[to + 6] = x06;
            x07 += words[to + 7];
            words[to + 7] = x07;
            x08 += words[to + 8];
            words[to + 8] = x08;
            x09 += words[to + 9];
            words[to + 9] = x09;
            x10 += words[to + 10];
            words[to + 10] = x10;
            x11 += words[to + 11];
            words[to + 11] = x11;
            x12 += words[to + 12];
            words[to + 12] = x12;
            x13 += words[to + 13];
            words[to + 13] = x13;
            x14 += words[to + 14];
            words[to + 14] = x14;
            x15 += words[to + 15];
            words[to + 15] = x15;
        }
    }
}
