package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;

/** Command lines on a small store. */
abstract class ToolTest {
    static final int USAGE = 2;
    static final int STORE_MISSING = 10;

    StoreTree tree;
    private List<String> filesBefore;

    @BeforeEach
    void makeTree(@TempDir Path root) {
        tree = StoreTree.small(root);
        rememberFiles();
    }

    /** From here on {@link #assertNothingChanged} compares with what there is now. */
    void rememberFiles() {
        filesBefore = tree.files();
    }

    /** The tool did it and said nothing on standard error. */
    void assertPrints(String commandLine, String out) {
        assertThat(tree.run(commandLine)).isEqualTo(new Outcome(0, out, ""));
    }

    /** The tool changed the store in no other way than this, printed nothing and said nothing. */
    void assertStore(String commandLine, ExpectedStore expected) {
        assertPrints(commandLine, "");
        assertThat(tree.store()).isEqualTo(expected.text());
    }

    /** The tool left with this code and one line on standard error, printed nothing and changed no file. */
    void assertRefused(String commandLine, int code, String message) {
        assertRefused(tree.run(commandLine), code, message);
    }

    void assertRefused(Outcome outcome, int code, String message) {
        assertThat(outcome.err()).contains(message).hasLineCount(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.code()).isEqualTo(code);
        assertNothingChanged();
    }

    void assertNothingChanged() {
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
        assertThat(tree.files()).isEqualTo(filesBefore);
    }

    /** Usage errors come before the root rule, this before the store. */
    void assertOrderOfChecks(String wrongUsage, String goodUsage) {
        assertThat(tree.runAsRoot(wrongUsage).code()).isEqualTo(USAGE);
        Outcome root = tree.runAsRoot(goodUsage);
        assertRefused(root, 1, "refused to run as root");
    }

    /** Words that are fine but for the store, which is not there. */
    void assertStoreComesLast(String wrongUsage, String goodUsage) throws IOException {
        Files.delete(tree.path("/var/lib/qubes/qubes.xml"));
        assertThat(tree.run(wrongUsage).code()).isEqualTo(USAGE);
        assertThat(tree.run(goodUsage).code()).isEqualTo(STORE_MISSING);
    }

    static List<String> words(String... words) {
        return List.of(words);
    }
}
