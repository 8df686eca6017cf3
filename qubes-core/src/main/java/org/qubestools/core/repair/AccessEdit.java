package org.qubestools.core.repair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.qubestools.core.io.FileLayer;

/**
 * Another mode or group for one file or directory.
 *
 * @param path as users know it
 * @param mode all twelve bits; -1 to leave them alone
 * @param group its number; -1 to leave it alone
 */
public record AccessEdit(String path, int mode, int group) {
    /** What is done, for people. */
    public String describe() {
        String mark = mode >= 0 ? "mode " + AccessFindings.octal(mode) : "group " + group;
        return "give " + path + " the " + mark;
    }

    /** Does it; a link that has come into its place is left alone. */
    public void perform(Path real, FileLayer layer) throws IOException {
        if (Files.isSymbolicLink(real) || !Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("it is no longer what it was");
        }
        if (group >= 0) {
            layer.setGroup(real, group);
        }
        if (mode >= 0) {
            layer.setMode(real, mode);
        }
        layer.sync(real);
    }
}
