package org.qubestools.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Rules that only the sources can tell. Each returns what it found wrong, one line per finding. */
final class SourceRules {
    static final int LARGE_FILE = 300;
    static final int LARGEST_FILE = 500;
    static final int LARGEST_METHOD = 60;

    private static final Pattern OPEN_CLASS = Pattern.compile("(?m)^(?:(?:public|non-sealed|strictfp) )*class (\\w+)");
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");
    private static final Pattern SUPPRESSION = Pattern.compile("@SuppressWarnings\\b");
    private static final Pattern REASON = Pattern.compile("//\\s*\\S+\\s+\\S+");
    private static final Pattern NULL_MARKED = Pattern.compile("@NullMarked\\s+package ");

    private SourceRules() {}

    /** {@code reasons}: why a file may have more than {@link #LARGE_FILE} lines, by the end of its path. */
    static List<String> fileSize(SourceFile file, Map<String, String> reasons) {
        boolean excused = reasons.keySet().stream().anyMatch(end -> file.path().endsWith("/" + end));
        int lines = file.lineCount();
        if (lines > LARGEST_FILE) {
            return List.of(file.path() + " has " + lines + " lines, at most " + LARGEST_FILE);
        }
        if (lines > LARGE_FILE && !excused) {
            return List.of(
                    file.path() + " has " + lines + " lines: over " + LARGE_FILE + " it needs a reason in the list");
        }
        if (lines <= LARGE_FILE && excused) {
            return List.of(file.path() + " has " + lines + " lines: take it off the list of large files");
        }
        return List.of();
    }

    static List<String> methodSize(SourceFile file, Map<String, String> reasons) {
        boolean excused = reasons.keySet().stream().anyMatch(end -> file.path().endsWith("/" + end));
        return file.methods().stream()
                .filter(method -> method.lines() > LARGEST_METHOD && !excused)
                .map(method -> at(file, method.line()) + " " + method.name() + " has " + method.lines()
                        + " lines, at most " + LARGEST_METHOD)
                .toList();
    }

    static List<String> unfinished(SourceFile file) {
        return lines(file.text(), file, UNFINISHED);
    }

    static List<String> suppressionWithoutReason(SourceFile file) {
        List<String> texts = file.text().lines().toList();
        List<String> codes = file.code().lines().toList();
        List<String> found = new ArrayList<>();
        for (int i = 0; i < codes.size(); i++) {
            String comment = texts.get(i).substring(codes.get(i).stripTrailing().length());
            if (SUPPRESSION.matcher(codes.get(i)).find()
                    && !REASON.matcher(comment).find()) {
                found.add(at(file, i + 1) + " suppresses a warning without a reason on the same line");
            }
        }
        return found;
    }

    /** {@code reasons}: why a class is open for inheritance, by its name. */
    static List<String> openClass(SourceFile file, Map<String, String> reasons) {
        return OPEN_CLASS
                .matcher(file.code())
                .results()
                .filter(match -> !reasons.containsKey(match.group(1)))
                .map(match -> file.path() + ": class " + match.group(1) + " is neither final, abstract nor sealed")
                .toList();
    }

    /** Every directory with sources must have a package-info that marks it as free of undeclared nulls. */
    static List<String> packagesWithoutNullMarked(List<SourceFile> files) {
        Set<String> marked = new TreeSet<>();
        Set<String> all = new TreeSet<>();
        for (SourceFile file : files) {
            all.add(directory(file));
            if (file.path().endsWith("/package-info.java")
                    && NULL_MARKED.matcher(file.code()).find()) {
                marked.add(directory(file));
            }
        }
        all.removeAll(marked);
        return all.stream()
                .map(directory -> directory + " has no package-info.java with @NullMarked")
                .toList();
    }

    /** JaCoCo has no opinion on a module without tests; so every module with code must have some. */
    static List<String> modulesWithoutTests(List<SourceFile> main, List<SourceFile> tests) {
        Set<String> untested = new TreeSet<>();
        main.stream()
                .filter(file -> !file.path().endsWith("/package-info.java"))
                .forEach(file -> untested.add(module(file)));
        tests.stream().filter(file -> file.path().endsWith("Test.java")).forEach(file -> untested.remove(module(file)));
        return untested.stream()
                .map(module -> module + " has code and no tests")
                .toList();
    }

    private static List<String> lines(String text, SourceFile file, Pattern pattern) {
        List<String> lines = text.lines().toList();
        return Stream.iterate(0, i -> i < lines.size(), i -> i + 1)
                .filter(i -> pattern.matcher(lines.get(i)).find())
                .map(i -> at(file, i + 1) + " is unfinished: " + lines.get(i).strip())
                .toList();
    }

    private static String at(SourceFile file, int line) {
        return file.path() + ":" + line;
    }

    private static String directory(SourceFile file) {
        return file.path().substring(0, file.path().lastIndexOf('/'));
    }

    private static String module(SourceFile file) {
        return file.path().substring(0, file.path().indexOf('/'));
    }
}
