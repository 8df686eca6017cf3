package org.qubestools.qubesdb;

/**
 * A path that every daemon can take: begins with a slash, 1 to 63 characters {@code a-z A-Z 0-9 - _ / . : @}. With a slash
 * at the end it stands for everything below, a directory; there are no directories as things of their own. Paths are not
 * normalised: {@code /a//b} and {@code /a/b} are two. Order is that of the bytes.
 *
 * <p>Daemons of R3.0 refuse {@code @}, those of R3 and some of R4.0 upper case letters.
 */
public record QubesDbPath(String text) implements Comparable<QubesDbPath> {
    /** Everything. */
    public static final QubesDbPath ROOT = new QubesDbPath("/");

    /** {@link QubesDbArgumentException}, which names the limit, for what is no such path. */
    public QubesDbPath {
        if (!text.startsWith("/")) {
            throw new QubesDbArgumentException(
                    "'" + shown(text) + "' is no path of QubesDB: it does not begin with '/'");
        }
        if (text.length() > MessageCodec.MAX_PATH) {
            throw new QubesDbArgumentException("'" + shown(text) + "' is no path of QubesDB: it has " + text.length()
                    + " characters, " + MessageCodec.MAX_PATH + " are allowed");
        }
        if (!hasOnlyAllowed(text)) {
            throw new QubesDbArgumentException("'" + shown(text)
                    + "' is no path of QubesDB: letters of ASCII, digits and - _ / . : @ are allowed in it");
        }
    }

    private static String shown(String text) {
        return SafePath.of(text);
    }

    /** True if all characters are allowed in a path; the empty text has none. */
    public static boolean hasOnlyAllowed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isAllowed(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '-' && c <= ':') || c == '_' || c == '@';
    }

    /** True if it ends with a slash. */
    public boolean isDirectory() {
        return text.endsWith("/");
    }

    /** This path with a slash at the end, if it has none; {@link QubesDbArgumentException} if that is too long. */
    public QubesDbPath asDirectory() {
        return isDirectory() ? this : new QubesDbPath(text + "/");
    }

    /** True if a change of {@code changed} is what a watch of this path tells of. */
    public boolean watches(String changed) {
        return isDirectory() ? changed.startsWith(text) : changed.equals(text);
    }

    @Override
    public int compareTo(QubesDbPath other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
