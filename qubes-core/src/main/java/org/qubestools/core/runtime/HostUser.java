package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.RealPaths;

/** Who the daemons of VMs run as: root lets the first member of the group {@code qubes} do it, others do it themselves. */
public final class HostUser {
    private static final String GROUP = "qubes";
    private static final String GROUPS = "/etc/group";
    private static final String USERS = "/etc/passwd";
    private static final int NAME = 0;
    private static final int MEMBERS = 3;
    private static final int HOME = 5;

    private final RealPaths paths;
    private final boolean root;
    private final String runuser;
    private final @Nullable String ownHome;

    /**
     * The user of this process, who is asked for nothing until a daemon starts.
     *
     * @param root whether we run as root
     * @param environment where {@code HOME} is
     * @param settings see {@link HostProgram}
     */
    public HostUser(RealPaths paths, boolean root, Map<String, String> environment, Map<String, String> settings) {
        this.paths = paths;
        this.root = root;
        this.runuser = HostProgram.RUNUSER.in(settings);
        this.ownHome = environment.get("HOME");
    }

    /**
     * What stands before the command line of a daemon.
     *
     * @throws QubesException FAILED if we are root and the group has no member
     */
    public List<String> prefix() {
        return root ? List.of(runuser, "-u", firstMember(), "--") : List.of();
    }

    private String firstMember() {
        String members = field(GROUPS, GROUP, MEMBERS);
        String first = members == null ? "" : members.split(",", 2)[0].strip();
        if (first.isEmpty() || first.startsWith("-")) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the group " + GROUP + " has no member that daemons of VMs could run as",
                    "add the user of this computer to it, as in 'usermod -aG " + GROUP + " USER'");
        }
        return first;
    }

    /** The home directory of a user, of ourselves for null; null if it is not known. */
    @Nullable
    String home(@Nullable String user) {
        return user == null ? ownHome : field(USERS, user, HOME);
    }

    /** A field of the line that begins with this name, or null. */
    private @Nullable String field(String file, String name, int number) {
        Path real = paths.real(file);
        if (!Files.isRegularFile(real)) {
            return null;
        }
        try {
            String all = Files.readString(real, StandardCharsets.ISO_8859_1);
            for (String line : all.split("\n", -1)) {
                String[] fields = line.split(":", -1);
                if (fields.length > number && fields[NAME].equals(name)) {
                    return fields[number];
                }
            }
            return null;
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, "cannot read " + file + ": " + IoReason.of(e), null, e);
        }
    }
}
