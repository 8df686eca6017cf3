package org.qubestools.core.storage;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The text form of a {@link Journal}: ASCII lines of fields that are separated by tabs, read as strictly as written.
 *
 * <pre>
 * qvm-pending 1 change JOURNAL BEFORE AFTER
 * dir PATH | new STAGING | create/put STAGING BACKUP TARGET INODE | move FROM TO | trash PATH TRASH | garbage PATH
 * end NUMBER-OF-STEPS
 * </pre>
 *
 * <p>In a path {@code \\uXXXX} stands for a backslash and everything outside printable ASCII. Paths are absolute and
 * normal; a name that may be deleted starts with {@link #OURS} and lies beside the one it belongs to.
 */
final class JournalText {
    /** How the names of prepared and of discarded things begin. */
    static final String OURS = ".qvm-";

    private static final String MAGIC = "qvm-pending";
    private static final String VERSION = "1";
    private static final int HASH_LENGTH = 64;

    private JournalText() {}

    /** Why a text is not a journal. */
    static final class BadJournal extends Exception {
        private static final long serialVersionUID = 1L;

        private final String why;

        BadJournal(String why) {
            super(why);
            this.why = why;
        }

        /** A clause about "it". */
        String why() {
            return why;
        }
    }

    static byte[] format(Journal journal) {
        StringBuilder text = new StringBuilder();
        String phase = journal.phase().name().toLowerCase(Locale.ROOT);
        line(text, MAGIC, VERSION, phase, escape(journal.place()), journal.before(), journal.after());
        for (JournalStep step : journal.steps()) {
            if (step instanceof JournalStep.MakeDirectory made) {
                line(text, "dir", escape(made.path()));
            } else if (step instanceof JournalStep.Prepare made) {
                line(text, "new", escape(made.staging()));
            } else if (step instanceof JournalStep.Put put) {
                String verb = put.mustBeNew() ? "create" : "put";
                String inode = Long.toUnsignedString(put.inode());
                line(text, verb, escape(put.staging()), escape(put.backup()), escape(put.target()), inode);
            } else if (step instanceof JournalStep.Move move) {
                line(text, "move", escape(move.from()), escape(move.to()));
            } else if (step instanceof JournalStep.Trash trash) {
                line(text, "trash", escape(trash.path()), escape(trash.trash()));
            } else if (step instanceof JournalStep.Garbage garbage) {
                line(text, "garbage", escape(garbage.path()));
            }
        }
        line(text, "end", Integer.toString(journal.steps().size()));
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void line(StringBuilder text, String... fields) {
        text.append(String.join("\t", fields)).append('\n');
    }

    static Journal parse(byte[] untrustedText) throws BadJournal {
        String text = new String(untrustedText, StandardCharsets.ISO_8859_1);
        String[] lines = text.split("\n", -1);
        int last = lines.length - 2;
        if (last < 1 || !lines[last + 1].isEmpty()) {
            throw new BadJournal("it is incomplete");
        }
        List<JournalStep> steps = new ArrayList<>();
        for (int i = 1; i < last; i++) {
            steps.add(step(lines[i].split("\t", -1)));
        }
        if (!lines[last].equals("end\t" + steps.size())) {
            throw new BadJournal("it is incomplete");
        }
        String[] head = lines[0].split("\t", -1);
        if (head.length != 6 || !head[0].equals(MAGIC) || !head[1].equals(VERSION)) {
            throw new BadJournal("it was not written by this version");
        }
        return new Journal(phase(head[2]), path(head[3]), hash(head[4]), hash(head[5]), steps);
    }

    private static JournalStep step(String[] fields) throws BadJournal {
        String shape = fields[0] + " " + (fields.length - 1);
        return switch (shape) {
            case "dir 1" -> new JournalStep.MakeDirectory(path(fields[1]));
            case "new 1" -> new JournalStep.Prepare(ours(fields[1]));
            case "create 4", "put 4" -> put(fields);
            case "move 2" -> new JournalStep.Move(path(fields[1]), path(fields[2]));
            case "trash 2" -> new JournalStep.Trash(path(fields[1]), beside(path(fields[1]), fields[2]));
            case "garbage 1" -> new JournalStep.Garbage(ours(fields[1]));
            default -> throw new BadJournal("it has a line of an unknown kind");
        };
    }

    private static JournalStep put(String[] fields) throws BadJournal {
        Path target = path(fields[3]);
        Path staging = beside(target, fields[1]);
        Path backup = beside(target, fields[2]);
        return new JournalStep.Put(staging, backup, target, inode(fields[4]), fields[0].equals("create"));
    }

    private static Journal.Phase phase(String text) throws BadJournal {
        for (Journal.Phase phase : Journal.Phase.values()) {
            if (phase.name().toLowerCase(Locale.ROOT).equals(text)) {
                return phase;
            }
        }
        throw new BadJournal("it names an unknown phase");
    }

    private static String hash(String text) throws BadJournal {
        boolean good = text.length() == HASH_LENGTH;
        for (int i = 0; good && i < text.length(); i++) {
            good = "0123456789abcdef".indexOf(text.charAt(i)) >= 0;
        }
        if (!good) {
            throw new BadJournal("it has a bad checksum field");
        }
        return text;
    }

    private static long inode(String text) throws BadJournal {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new BadJournal("it has a bad inode number");
        }
    }

    private static Path ours(String text) throws BadJournal {
        Path path = path(text);
        if (!path.getFileName().toString().startsWith(OURS)) {
            throw new BadJournal("it names a path to delete that is not ours");
        }
        return path;
    }

    private static Path beside(Path target, String text) throws BadJournal {
        Path path = ours(text);
        if (!path.equals(target.resolveSibling(path.getFileName()))) {
            throw new BadJournal("it names a path to delete that is not ours");
        }
        return path;
    }

    private static Path path(String text) throws BadJournal {
        try {
            Path path = Path.of(unescape(text));
            if (path.isAbsolute() && path.equals(path.normalize()) && path.getFileName() != null) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new BadJournal("it has a bad path");
        }
        throw new BadJournal("it has a bad path");
    }

    private static String escape(Path path) {
        String text = path.toString();
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x7f && c != '\\') {
                escaped.append(c);
            } else {
                String hex = Integer.toHexString(c);
                escaped.append("\\u").append("0".repeat(4 - hex.length())).append(hex);
            }
        }
        return escaped.toString();
    }

    private static String unescape(String text) throws BadJournal {
        StringBuilder plain = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x7f) {
                throw new BadJournal("it has a bad path");
            } else if (c != '\\') {
                plain.append(c);
                i++;
            } else {
                plain.append(escaped(text, i));
                i += 6;
            }
        }
        return plain.toString();
    }

    private static char escaped(String text, int at) throws BadJournal {
        if (at + 6 > text.length() || text.charAt(at + 1) != 'u') {
            throw new BadJournal("it has a bad path");
        }
        int code = 0;
        for (int i = at + 2; i < at + 6; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                throw new BadJournal("it has a bad path");
            }
            code = code << 4 | digit;
        }
        return (char) code;
    }
}
