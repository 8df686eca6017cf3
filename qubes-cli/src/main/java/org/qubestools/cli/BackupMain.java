package org.qubestools.cli;

/** The entry point of {@code qubes-backup.jar}: {@link QvmMain} with the tool {@code qubes-backup}. */
public final class BackupMain {
    private BackupMain() {}

    public static void main(String[] args) {
        String[] words = new String[args.length + 1];
        words[0] = "qubes-backup";
        System.arraycopy(args, 0, words, 1, args.length);
        QvmMain.main(words);
    }
}
