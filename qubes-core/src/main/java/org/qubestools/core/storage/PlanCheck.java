package org.qubestools.core.storage;

import java.nio.file.Path;
import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.storage.PlannedTree.Kind;

/** Looks whether a plan can work before any of it is done, each step in the state that the steps before it leave. */
final class PlanCheck {
    private final List<FileChange> plan;
    private final String token;
    private final PlannedTree tree = new PlannedTree();

    PlanCheck(List<FileChange> plan, String token) {
        this.plan = plan;
        this.token = token;
    }

    /** Throws QubesException (FAILED) naming the first step that cannot work and why. */
    void check() {
        for (int i = 0; i < plan.size(); i++) {
            FileChange change = plan.get(i);
            String problem = problem(change);
            if (!problem.isEmpty()) {
                throw new QubesException(ErrorKind.FAILED, "cannot " + change.describe() + ": " + problem);
            }
            tree.add(change, Staging.place(tree, token, change, i));
        }
    }

    private String problem(FileChange change) {
        Path path = change.path();
        Kind kind = tree.kind(path);
        if (change instanceof FileChange.Create) {
            return kind == Kind.NOTHING ? parentProblem(path) : "it exists already";
        } else if (change instanceof FileChange.Link) {
            return kind == Kind.NOTHING || kind == Kind.LINK ? parentProblem(path) : "it exists and is not a link";
        } else if (change instanceof FileChange.Write || change instanceof FileChange.Sparse) {
            return kind == Kind.NOTHING || kind == Kind.FILE ? parentProblem(path) : "it exists and is not a file";
        } else if (change instanceof FileChange.Directory) {
            return kind == Kind.NOTHING || kind == Kind.DIRECTORY || tree.isDirectory(path)
                    ? ""
                    : "it exists and is not a directory";
        } else if (change instanceof FileChange.Unlink) {
            return kind == Kind.LINK ? "" : kind == Kind.NOTHING ? "it does not exist" : "it is not a link";
        } else if (kind == Kind.NOTHING) {
            return "it does not exist";
        } else if (change instanceof FileChange.Move move) {
            return moveProblem(move);
        }
        return "";
    }

    private String moveProblem(FileChange.Move move) {
        if (tree.exists(move.to())) {
            return move.to() + " exists already";
        }
        boolean across = tree.isWithinStaged(move.path()) != tree.isWithinStaged(move.to());
        return across ? "one of the two is in a directory that is new itself" : parentProblem(move.to());
    }

    // What is made beforehand lies in the same directory, so that must be there before the first step.
    private String parentProblem(Path path) {
        Path parent = path.resolveSibling("");
        if (tree.isDirectory(parent)) {
            return "";
        }
        for (FileChange change : plan) {
            if (change instanceof FileChange.Directory made && made.path().startsWith(parent)) {
                return "";
            }
        }
        return "the directory " + parent + " does not exist";
    }
}
