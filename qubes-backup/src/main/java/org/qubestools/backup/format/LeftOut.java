package org.qubestools.backup.format;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.Problem;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.store.UnknownElement;

/** What a store of formats 1 to 3 says about contents of the backup that cannot be looked at: nobody shall miss that. */
final class LeftOut {
    private static final String TOP = Pools.DEFAULT_DIRECTORY + "/";

    private LeftOut() {}

    /** Of format 2 or 3: what is flagged for the backup and is no VM, and flags that are neither yes nor no. */
    static List<String> flagged(StoreSnapshot store) {
        List<String> lines = new ArrayList<>();
        for (Problem problem : store.problems()) {
            if (problem.attribute().equals(Attributes.BACKUP_CONTENT.xmlName())) {
                lines.add("VM '" + problem.about() + "' of the backup is left out: " + problem.attribute() + ": "
                        + problem.text());
            }
        }
        for (UnknownElement element : store.unknown()) {
            String flag = element.attributes().get(Attributes.BACKUP_CONTENT.xmlName());
            if (flag != null && !flag.equalsIgnoreCase("False")) {
                lines.add(line(element));
            }
        }
        return lines;
    }

    /** Of format 1: what is no VM but has a directory there. */
    static List<String> there(StoreSnapshot store, Predicate<String> directoryExists) {
        List<String> lines = new ArrayList<>();
        for (UnknownElement element : store.unknown()) {
            String path = relative(element.attributes().get(Attributes.DIR_PATH.xmlName()));
            if (BackupPath.reasonAgainst(path) == null && directoryExists.test(path)) {
                lines.add(line(element));
            }
        }
        return lines;
    }

    private static String relative(@Nullable String directory) {
        if (directory == null || !directory.startsWith(TOP)) {
            return "";
        }
        int end = directory.endsWith("/") ? directory.length() - 1 : directory.length();
        return directory.substring(TOP.length(), Math.max(end, TOP.length()));
    }

    private static String line(UnknownElement element) {
        return "'" + SafeText.of(element.name()) + "' of the backup is left out: <" + SafeText.of(element.element())
                + "> is no kind of VM";
    }
}
