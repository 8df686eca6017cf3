package org.qubestools.core.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one type of attribute value is spelt in the store.
 *
 * @param <T> the type of the value
 */
abstract class ValueType<T> {
    static final ValueType<Boolean> BOOL = new Bool();
    static final ValueType<String> TEXT = new Text();
    static final ValueType<String> KERNEL = new Kernel();
    static final ValueType<String> PATH = new AbsolutePath();
    static final ValueType<String> FILE = new FilePath();
    static final ValueType<String> UUID = new Uuid();
    static final ValueType<String> MAC = new Mac();
    static final ValueType<Label> LABEL = new LabelName();
    static final ValueType<DriveSpec> DRIVE = new Drive();
    static final ValueType<String> TIMEZONE = new Timezone();
    static final ValueType<List<PciAddress>> PCI_LIST = new PciList();
    static final ValueType<Map<String, Boolean>> SERVICES = new Services();

    static ValueType<Long> number(long least, long most) {
        return new WholeNumber(least, most);
    }

    /** The value; null for the null word of this type, which stands for the default. */
    abstract @Nullable T parse(String text) throws MalformedValue;

    /** As {@link #parse}, for dom0, whose memory figures may be 0. */
    @Nullable
    T parseOfAdmin(String text) throws MalformedValue {
        return parse(text);
    }

    abstract String format(@Nullable T value);

    static boolean isNone(String text) {
        return text.equalsIgnoreCase("none");
    }

    private static final class Bool extends ValueType<Boolean> {
        @Override
        Boolean parse(String text) throws MalformedValue {
            if (text.equals("True") || text.equalsIgnoreCase("true")) {
                return true;
            }
            if (text.equals("False") || text.equalsIgnoreCase("false")) {
                return false;
            }
            throw new MalformedValue(ProblemCode.BAD_BOOL, "neither True nor False");
        }

        @Override
        String format(@Nullable Boolean value) {
            return Boolean.TRUE.equals(value) ? "True" : "False";
        }
    }

    private static final class WholeNumber extends ValueType<Long> {
        private static final int MAX_DIGITS = 18;
        private final long least;
        private final long most;

        WholeNumber(long least, long most) {
            this.least = least;
            this.most = most;
        }

        @Override
        @Nullable
        Long parse(String text) throws MalformedValue {
            if (isNone(text)) {
                return null;
            }
            long value = digits(text);
            if (value < least || value > most) {
                throw new MalformedValue(ProblemCode.BAD_NUMBER, "out of range");
            }
            return value;
        }

        @Override
        @Nullable
        Long parseOfAdmin(String text) throws MalformedValue {
            return text.equals("0") ? Long.valueOf(0) : parse(text);
        }

        private static long digits(String text) throws MalformedValue {
            if (text.isEmpty() || text.length() > MAX_DIGITS) {
                throw new MalformedValue(ProblemCode.BAD_NUMBER, "not a number of 1 to 18 digits");
            }
            long value = 0;
            for (int i = 0; i < text.length(); i++) {
                int digit = text.charAt(i) - '0';
                if (digit < 0 || digit > 9) {
                    throw new MalformedValue(ProblemCode.BAD_NUMBER, "not a number");
                }
                value = value * 10 + digit;
            }
            return value;
        }

        @Override
        String format(@Nullable Long value) {
            return value == null ? "None" : Long.toString(value);
        }
    }

    private static final class Text extends ValueType<String> {
        @Override
        String parse(String text) {
            return text;
        }

        @Override
        String format(@Nullable String value) {
            return Objects.requireNonNullElse(value, "");
        }
    }

    /** A text that is checked and kept as it is; a null word stands for the default. */
    private abstract static class Checked extends ValueType<String> {
        private final String nullWord;

        Checked(String nullWord) {
            this.nullWord = nullWord;
        }

        @Override
        final @Nullable String parse(String text) throws MalformedValue {
            if (isNone(text)) {
                return null;
            }
            check(text);
            return text;
        }

        abstract void check(String text) throws MalformedValue;

        @Override
        final String format(@Nullable String value) {
            return Objects.requireNonNullElse(value, nullWord);
        }
    }

    /** A directory name below {@code vm-kernels}; anything that could lead elsewhere is malformed. */
    private static final class Kernel extends Checked {
        Kernel() {
            super("None");
        }

        @Override
        void check(String text) throws MalformedValue {
            String reason = KernelName.reasonAgainst(text);
            if (reason != null) {
                throw new MalformedValue(ProblemCode.BAD_KERNEL, reason);
            }
        }
    }

    private static final class AbsolutePath extends Checked {
        AbsolutePath() {
            super("none");
        }

        @Override
        void check(String text) throws MalformedValue {
            if (!text.startsWith("/")) {
                throw new MalformedValue(ProblemCode.BAD_PATH, "not an absolute path");
            }
            FilePath.checkSteps(text);
        }
    }

    private static final class FilePath extends Checked {
        FilePath() {
            super("none");
        }

        @Override
        void check(String text) throws MalformedValue {
            checkSteps(text);
        }

        static void checkSteps(String text) throws MalformedValue {
            int dots = 0;
            boolean upwards = text.isEmpty();
            for (byte b : text.getBytes(StandardCharsets.ISO_8859_1)) { // one copy, then no call for each character
                if ((b >= 0 && b < 0x20) || b == 0x7f) {
                    throw new MalformedValue(ProblemCode.BAD_PATH, "has a control character");
                }
                dots = b == '.' ? dots + 1 : 0;
                upwards |= dots == 2;
            }
            if (upwards && (text.isEmpty() || ("/" + text + "/").contains("/../"))) {
                throw new MalformedValue(ProblemCode.BAD_PATH, "empty, or leads upwards with '..'");
            }
        }
    }

    private static final class Uuid extends Checked {
        private static final int UUID_LENGTH = 36;
        private static final boolean[] HEX = hexDigits();

        Uuid() {
            super("None");
        }

        private static boolean[] hexDigits() {
            boolean[] hex = new boolean[128];
            for (char c : "0123456789abcdefABCDEF".toCharArray()) {
                hex[c] = true;
            }
            return hex;
        }

        @Override
        void check(String text) throws MalformedValue {
            byte[] characters = text.getBytes(StandardCharsets.ISO_8859_1);
            boolean good = characters.length == UUID_LENGTH
                    && characters[8] == '-'
                    && characters[13] == '-'
                    && characters[18] == '-'
                    && characters[23] == '-';
            int digits = 0;
            for (byte b : characters) {
                digits += b >= 0 && HEX[b] ? 1 : 0;
            }
            good &= digits == UUID_LENGTH - 4;
            if (!good) {
                throw new MalformedValue(ProblemCode.BAD_UUID, "not a UUID");
            }
        }
    }

    private static final class Mac extends Checked {
        Mac() {
            super("None");
        }

        @Override
        void check(String text) throws MalformedValue {
            if (!MacAddress.isValid(text)) {
                throw new MalformedValue(ProblemCode.BAD_MAC, "not six pairs of hex digits");
            }
        }
    }

    private static final class LabelName extends ValueType<Label> {
        @Override
        Label parse(String text) throws MalformedValue {
            Label label = Label.of(text);
            if (label == null) {
                throw new MalformedValue(ProblemCode.UNKNOWN_LABEL, "not one of " + Label.names());
            }
            return label;
        }

        @Override
        String format(@Nullable Label value) {
            return Objects.requireNonNullElse(value, Label.RED).text();
        }
    }

    private static final class Drive extends ValueType<DriveSpec> {
        @Override
        @Nullable
        DriveSpec parse(String text) throws MalformedValue {
            if (isNone(text)) {
                return null;
            }
            DriveSpec drive = DriveSpec.parseStored(text);
            if (drive == null) {
                throw new MalformedValue(ProblemCode.BAD_DRIVE, "not TYPE:BACKEND:/PATH");
            }
            return drive;
        }

        @Override
        String format(@Nullable DriveSpec value) {
            return value == null ? "None" : value.toString();
        }
    }

    private static final class Timezone extends Checked {
        Timezone() {
            super("localtime");
        }

        @Override
        void check(String text) throws MalformedValue {
            String digits = text.startsWith("-") ? text.substring(1) : text;
            if (!text.equalsIgnoreCase("localtime")) {
                WholeNumber.digits(digits);
            }
        }
    }

    private static final class PciList extends ValueType<List<PciAddress>> {
        @Override
        List<PciAddress> parse(String text) throws MalformedValue {
            return PciAddress.parseAll(PyLiteral.parseList(text));
        }

        @Override
        String format(@Nullable List<PciAddress> value) {
            List<String> texts = new ArrayList<>(0);
            if (value != null) {
                for (PciAddress address : value) {
                    texts.add(address.toString());
                }
            }
            return PyLiteral.formatList(texts);
        }
    }

    private static final class Services extends ValueType<Map<String, Boolean>> {
        @Override
        Map<String, Boolean> parse(String text) throws MalformedValue {
            return PyLiteral.parseDict(text);
        }

        @Override
        String format(@Nullable Map<String, Boolean> value) {
            return PyLiteral.formatDict(value == null ? new LinkedHashMap<>() : value);
        }
    }
}
