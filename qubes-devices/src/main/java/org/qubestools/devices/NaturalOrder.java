package org.qubestools.devices;

import java.util.Comparator;

/** Order of names in which digits count as numbers: sda2 before sda10. */
public enum NaturalOrder implements Comparator<String> {
    INSTANCE;

    @Override
    public int compare(String left, String right) {
        int l = 0;
        int r = 0;
        while (l < left.length() && r < right.length()) {
            int leftEnd = digits(left, l);
            int rightEnd = digits(right, r);
            int order;
            if (leftEnd > l && rightEnd > r) {
                order = numbers(left, l, leftEnd, right, r, rightEnd);
                l = leftEnd;
                r = rightEnd;
            } else {
                order = Character.compare(left.charAt(l++), right.charAt(r++));
            }
            if (order != 0) {
                return order;
            }
        }
        int rest = Integer.compare(left.length() - l, right.length() - r);
        return rest == 0 ? left.compareTo(right) : rest;
    }

    private static int digits(String text, int from) {
        int end = from;
        while (end < text.length() && TextScan.isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int numbers(String left, int leftFrom, int leftEnd, String right, int rightFrom, int rightEnd) {
        int l = withoutZeros(left, leftFrom, leftEnd);
        int r = withoutZeros(right, rightFrom, rightEnd);
        int order = Integer.compare(leftEnd - l, rightEnd - r);
        while (order == 0 && l < leftEnd) {
            order = Character.compare(left.charAt(l++), right.charAt(r++));
        }
        return order;
    }

    /** Where the number begins without the zeros before it. */
    private static int withoutZeros(String text, int from, int end) {
        int at = from;
        while (at < end - 1 && text.charAt(at) == '0') {
            at++;
        }
        return at;
    }
}
