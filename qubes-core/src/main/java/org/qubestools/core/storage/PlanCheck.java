package org.qubestools.core.storage;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Looks whether a plan can work before any of it is done, each step in the state that the steps before it leave. */
final class PlanCheck {
    private final List<FileChange> plan;

    PlanCheck(List<FileChange> plan) {
        this.plan = plan;
    }

    /** Throws QubesException (FAILED) naming the first step that cannot work and why. */
    void check() {
        for (int i = 0; i < plan.size(); i++) {
            String problem = problem(plan.get(i), i);
            if (!problem.isEmpty()) {
                throw new QubesException(
                        ErrorKind.FAILED, "cannot " + plan.get(i).describe() + ": " + problem);
            }
        }
    }

    private String problem(FileChange change, int at) {
        Path path = change.path();
        Kind kind = kind(path, at);
        if (change instanceof FileChange.Create) {
            return kind == Kind.NOTHING ? parentProblem(path) : "it exists already";
        } else if (change instanceof FileChange.Link) {
            return kind == Kind.NOTHING || kind == Kind.LINK ? parentProblem(path) : "it exists and is not a link";
        } else if (isFile(change)) {
            return kind == Kind.NOTHING || kind == Kind.FILE ? parentProblem(path) : "it exists and is not a file";
        } else if (change instanceof FileChange.Directory) {
            return kind == Kind.NOTHING || kind == Kind.DIRECTORY ? "" : "it exists and is not a directory";
        } else if (change instanceof FileChange.Unlink) {
            return kind == Kind.LINK ? "" : kind == Kind.NOTHING ? "it does not exist" : "it is not a link";
        } else if (kind == Kind.NOTHING) {
            return "it does not exist";
        } else if (change instanceof FileChange.Move move) {
            return kind(move.to(), at) == Kind.NOTHING ? parentProblem(move.to()) : move.to() + " exists already";
        }
        return "";
    }

    // What is made beforehand lies in the same directory, so that must be there before the first step.
    private String parentProblem(Path path) {
        Path parent = path.resolveSibling("");
        for (FileChange change : plan) {
            if (change instanceof FileChange.Directory made && made.path().startsWith(parent)) {
                return "";
            }
        }
        return Files.isDirectory(parent) ? "" : "the directory " + parent + " does not exist";
    }

    private enum Kind {
        NOTHING,
        FILE,
        LINK,
        DIRECTORY
    }

    /** What {@code path} is after the first {@code count} steps. */
    private Kind kind(Path path, int count) {
        Path then = path;
        for (int i = count - 1; i >= 0; i--) {
            FileChange change = plan.get(i);
            if (change instanceof FileChange.Move move && then.startsWith(move.to())) {
                then = move.path().resolve(move.to().relativize(then));
            } else if (change instanceof FileChange.Link && then.equals(change.path())) {
                return Kind.LINK;
            } else if (isFile(change) && then.equals(change.path())) {
                return Kind.FILE;
            } else if (change instanceof FileChange.Create && then.equals(change.path())) {
                return Kind.DIRECTORY;
            } else if (change instanceof FileChange.Directory && change.path().startsWith(then)) {
                return Kind.DIRECTORY;
            } else if (removes(change) && then.startsWith(change.path())) {
                return Kind.NOTHING;
            }
        }
        if (Files.isSymbolicLink(then)) {
            return Kind.LINK;
        } else if (Files.isDirectory(then)) {
            return Kind.DIRECTORY;
        }
        return Files.exists(then, LinkOption.NOFOLLOW_LINKS) ? Kind.FILE : Kind.NOTHING;
    }

    private static boolean isFile(FileChange change) {
        return change instanceof FileChange.Write || change instanceof FileChange.Sparse;
    }

    private static boolean removes(FileChange change) {
        return change instanceof FileChange.Move
                || change instanceof FileChange.Unlink
                || change instanceof FileChange.Delete;
    }
}
