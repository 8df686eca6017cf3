package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code NAME.json}: what is known of a backup. */
final class BackupFixture {
    /** A name in the outer archive: directory, base name of what was archived, number of the chunk. */
    private static final Pattern CHUNK = Pattern.compile("(?:(.*)/)?([^/]+)\\.\\d{3,}(?:\\.hmac|\\.enc)?");

    private static final Set<String> SHARED = Set.of("appvms", "servicevms", "vm-templates", "dom0-home");

    private final String name;
    private final Map<String, Object> json;

    BackupFixture(Path file) throws IOException {
        this.name = file.getFileName().toString().replace(".json", "");
        this.json = JsonTree.read(file);
    }

    String name() {
        return name;
    }

    String format() {
        return String.valueOf(json.get("format"));
    }

    /** Empty if the backup has none. */
    String passphrase() {
        return json.get("passphrase") instanceof String text ? text : "";
    }

    /** SHA-256 of the archive, empty if not recorded. */
    String sha256() {
        return json.get("sha256") instanceof String text ? text : "";
    }

    /** What a user has to say about a backup that does not say it itself. */
    List<String> options() {
        List<String> options = new ArrayList<>();
        if (format().equals("2") && !outerNames().contains("backup-header")) {
            if (Boolean.TRUE.equals(json.get("encrypted"))) {
                options.add("--encrypted");
            }
            if (Boolean.TRUE.equals(json.get("compressed"))) {
                options.add("--compressed");
            }
        }
        return options;
    }

    List<ListedMember> contents() {
        Set<String> implied = implied();
        List<ListedMember> members = new ArrayList<>();
        for (Object listed : JsonTree.list(json.get("contents"))) {
            Map<String, Object> member = JsonTree.map(listed);
            members.add(ListedMember.of(member, implied.contains(member.get("path"))));
        }
        return members;
    }

    private Set<String> outerNames() {
        Set<String> names = new LinkedHashSet<>();
        for (Object member : JsonTree.list(json.get("outer_members"))) {
            names.add(String.valueOf(JsonTree.map(member).get("name")));
        }
        return names;
    }

    /** Directories above what was archived. */
    private Set<String> implied() {
        Set<String> implied = new TreeSet<>();
        Set<String> archived = new TreeSet<>();
        for (String outer : outerNames()) {
            Matcher chunk = CHUNK.matcher(outer);
            if (chunk.matches() && chunk.group(1) != null) {
                String directory = chunk.group(1);
                if (chunk.group(2).equals(".")) {
                    archived.add(directory);
                } else {
                    implied.add(directory);
                }
                for (int end = directory.lastIndexOf('/'); end > 0; end = directory.lastIndexOf('/', end - 1)) {
                    implied.add(directory.substring(0, end));
                }
            }
        }
        implied.removeAll(archived);
        return implied;
    }

    /** The directories of VMs inside the backup, and the home. */
    Set<String> vmPaths() {
        Set<String> paths = new TreeSet<>();
        for (Object listed : JsonTree.list(json.get("contents"))) {
            String[] parts = String.valueOf(JsonTree.map(listed).get("path")).split("/", 3);
            if (parts.length > 1) {
                paths.add(SHARED.contains(parts[0]) ? parts[0] + "/" + parts[1] : parts[0]);
            }
        }
        return paths;
    }
}
