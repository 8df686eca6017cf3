package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;

/** An extracted tree against the list of what belongs into it: one case a member, one for what is not listed. */
final class TreeComparer {
    private static final int OWNER = 0700;

    private final Map<String, FoundFile> found;
    private final DiskRoom room;
    private final Map<Object, Set<String>> foundNames = new HashMap<>();

    /** {@code scratch} is a directory of the same file system outside the tree. */
    TreeComparer(Path tree, Path scratch) throws IOException {
        found = FoundFile.below(tree);
        room = DiskRoom.below(tree, scratch);
        found.forEach((path, file) -> foundNames
                .computeIfAbsent(file.identity(), identity -> new TreeSet<>())
                .add(path));
    }

    void run(String name, List<ListedMember> members, Report report) {
        Map<Long, Set<String>> groups = new HashMap<>();
        Map<String, ListedMember> listed = new TreeMap<>();
        for (ListedMember member : members) {
            listed.put(member.path(), member);
            if (member.group() != null) {
                groups.computeIfAbsent(member.group(), group -> new TreeSet<>()).add(member.path());
            }
        }
        for (ListedMember member : listed.values()) {
            Set<String> names = groups.getOrDefault(member.group(), Set.of(member.path()));
            report.check(name + " " + shown(member.path()), () -> member(member, names));
            if (!room.canHaveHoles() && member.type().equals("file")) {
                report.skip("holes, the file system of temporary files has none");
            }
        }
        report.check(name + " nothing else", () -> others(listed.keySet()));
    }

    private List<String> others(Set<String> listed) {
        Set<String> others = new TreeSet<>(found.keySet());
        others.removeAll(listed);
        return others.isEmpty() ? List.of() : List.of("there are also " + shown(others));
    }

    private List<String> member(ListedMember member, Set<String> names) throws IOException {
        FoundFile file = found.get(member.path());
        if (file == null) {
            return List.of("missing");
        }
        List<String> differences = new ArrayList<>();
        if (!file.type().equals(member.type())) {
            return List.of("is a " + file.type() + ", not a " + member.type());
        }
        mode(differences, member, file.mode());
        differ(differences, "mtime", member.mtime(), file.mtime());
        if (file.type().equals("symlink")) {
            differ(differences, "target", shown(member.target()), shown(file.target()));
        }
        if (file.type().equals("file")) {
            differ(differences, "size", member.size(), file.size());
            content(differences, member, file);
            Set<String> same = foundNames.getOrDefault(file.identity(), Set.of());
            if (!same.equals(names)) {
                differences.add("is one file with the names " + shown(same) + ", not " + shown(names));
            }
        }
        return differences;
    }

    /** A directory that no archive holds may be more private than listed. */
    private static void mode(List<String> differences, ListedMember member, int mode) {
        Integer listed = member.mode();
        boolean fine = listed == null
                || listed == mode
                || (member.implied() && (mode & ~listed) == 0 && (mode & OWNER) == (listed & OWNER));
        if (!fine) {
            differences.add(String.format(Locale.ROOT, "mode is %04o, not %04o", mode, listed));
        }
    }

    private void content(List<String> differences, ListedMember member, FoundFile file) throws IOException {
        FoundFile.Content content = file.content(room.block());
        differ(differences, "SHA-256", member.sha256(), content.sha256());
        differ(differences, "number of blocks with data", member.blocks(), content.sectors());
        long allocated = room.of(member.path());
        if (room.canHaveHoles() && allocated > room.limit(content.pages())) {
            differences.add("takes " + allocated + " bytes on disk, its data need " + content.pages() * room.block());
        }
    }

    private static void differ(List<String> differences, String what, @Nullable Object listed, Object actual) {
        if (listed != null && !listed.equals(actual)) {
            differences.add(what + " is " + actual + ", not " + listed);
        }
    }

    private static @Nullable String shown(@Nullable String raw) {
        return raw == null ? null : SafeText.printable(raw);
    }

    private static String shown(Set<String> raw) {
        List<String> shown = new ArrayList<>();
        for (String name : raw) {
            shown.add(Objects.requireNonNull(shown(name)));
        }
        return shown.toString();
    }
}
