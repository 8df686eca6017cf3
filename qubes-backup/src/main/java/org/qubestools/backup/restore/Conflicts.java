package org.qubestools.backup.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;

/** What the user has to decide before anything is restored, and what is worth knowing; one line each. */
final class Conflicts {
    private final RestoreOptions options;
    private final @Nullable String hostUser;
    private final List<Candidate> candidates;

    Conflicts(RestoreOptions options, @Nullable String hostUser, List<Candidate> candidates) {
        this.options = options;
        this.hostUser = hostUser;
        this.candidates = candidates;
    }

    /** What stops the command, and the option that helps. */
    List<String> stopping() {
        List<String> lines = new ArrayList<>();
        for (String name : options.names()) {
            boolean leftOutHome = name.equals("dom0") && (options.skipDom0Home() || options.paranoid());
            if (!isInBackup(name) && !leftOutHome) {
                lines.add("the backup holds no VM '" + SafeText.of(name) + "': name only VMs that it holds");
            }
        }
        for (Candidate candidate : candidates) {
            for (PlanMark mark : candidate.marks) {
                String line = stopping(candidate, mark);
                if (line != null) {
                    lines.add(line);
                }
            }
        }
        return lines;
    }

    private boolean isInBackup(String name) {
        for (Candidate candidate : candidates) {
            if (candidate.originalName().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable String stopping(Candidate candidate, PlanMark mark) {
        String vm = vm(candidate);
        return switch (mark) {
            case EXCLUDED, VIOLATION -> null;
            case BAD_NAME ->
                vm + " cannot get the name '" + SafeText.of(candidate.name)
                        + "': give a good one with --rename, or a shorter --prefix";
            case ALREADY_EXISTS -> options.skipConflicting() ? null : vm + nameTaken(candidate);
            case MISSING_TEMPLATE -> {
                String name = String.valueOf(candidate.template);
                yield options.skipBroken() ? null : vm + missing("template", name, "--map-template");
            }
            case MISSING_NETVM -> {
                String name = String.valueOf(candidate.netvm.name());
                yield options.skipBroken() ? null : vm + missing("netvm", name, "--map-netvm");
            }
            case MISSING_DISPVM_NETVM -> {
                String name = String.valueOf(candidate.dispvmNetvm.name());
                yield options.skipBroken() ? null : vm + missing("netvm for DisposableVMs", name, "--map-netvm");
            }
            case USERNAME_MISMATCH -> options.ignoreUsernameMismatch() ? null : wrongUser(candidate);
        };
    }

    private String nameTaken(Candidate candidate) {
        if (options.renameConflicting()) {
            return ": the name '" + SafeText.of(candidate.name)
                    + "' and all those with a number behind it are taken: use --rename or --skip-conflicting";
        }
        return ": the name '" + SafeText.of(candidate.name)
                + "' is taken on this host: use --skip-conflicting, --rename-conflicting or --rename";
    }

    private String missing(String what, String name, String option) {
        String unknown =
                ": its " + what + " '" + SafeText.of(name) + "' is neither on this host nor going to be restored";
        return options.ignoreMissing()
                ? unknown + ", and there is no default in its place: use " + option + " or --skip-broken"
                : unknown + ": use " + option + ", --ignore-missing or --skip-broken";
    }

    private String wrongUser(Candidate home) {
        String here = hostUser == null ? "this dom0 has none" : "that of this dom0 is '" + SafeText.of(hostUser) + "'";
        return "the home in the backup is of user '" + SafeText.of(Candidate.homeUser(home.item)) + "', " + here
                + ": use --ignore-username-mismatch or --skip-dom0-home";
    }

    /** What changes without being shown in the table, what cannot be restored, and options that did nothing. */
    List<String> notes() {
        List<String> lines = new ArrayList<>();
        for (Candidate candidate : candidates) {
            String violation = RestorePlanner.violation(candidate.item);
            if (candidate.marks.contains(PlanMark.VIOLATION) && violation != null) {
                lines.add(vm(candidate) + " cannot be restored: " + SafeText.of(violation));
            }
            String netvm = candidate.originalNetvm;
            if (candidate.isGood() && netvm != null) {
                lines.add(vm(candidate) + ": its netvm '" + SafeText.of(netvm) + "' is missing, it gets "
                        + replacement(candidate.netvm));
            }
        }
        for (String name : options.excludes()) {
            if (!isInBackup(name) && !name.equals("dom0")) {
                lines.add("--exclude: the backup holds no VM '" + SafeText.of(name) + "'");
            }
        }
        noteUnused(options.renames(), lines);
        return lines;
    }

    private void noteUnused(Map<String, String> renames, List<String> lines) {
        for (String name : new TreeMap<>(renames).keySet()) {
            if (!isInBackup(name)) {
                lines.add("--rename: the backup holds no VM '" + SafeText.of(name) + "'");
            }
        }
    }

    private static String replacement(NetvmChoice choice) {
        String name = choice.name();
        String which = name == null ? "none" : "'" + SafeText.of(name) + "'";
        return choice.kind() == NetvmChoice.Kind.DEFAULT ? "the default one (" + which + ")" : which;
    }

    private static String vm(Candidate candidate) {
        return "VM '" + SafeText.of(candidate.originalName()) + "'";
    }
}
