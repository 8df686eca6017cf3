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
                order = numbers(left.substring(l, leftEnd), right.substring(r, rightEnd));
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

    private static int numbers(String left, String right) {
        String l = withoutZeros(left);
        String r = withoutZeros(right);
        return l.length() == r.length() ? l.compareTo(r) : Integer.compare(l.length(), r.length());
    }

    private static String withoutZeros(String digits) {
        int at = 0;
        while (at < digits.length() - 1 && digits.charAt(at) == '0') {
            at++;
        }
        return digits.substring(at);
    }
}
