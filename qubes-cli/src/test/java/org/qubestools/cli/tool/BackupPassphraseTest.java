package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.frame.Host;

/** Where the passphrase of a new backup comes from, and the question before it. */
@Timeout(120)
final class BackupPassphraseTest {
    private BackupWorld world;

    @BeforeEach
    void makeWorld(@TempDir Path directory) throws IOException {
        world = BackupWorld.in(directory);
    }

    /** A terminal at which these are typed. */
    private static final class Typist implements Host {
        private final Deque<String> typed;
        private final StringBuilder prompts = new StringBuilder();

        Typist(String... typed) {
            this.typed = new ArrayDeque<>(List.of(typed));
        }

        @Override
        public char @Nullable [] readPassword(String prompt) {
            prompts.append(prompt).append('|');
            return typed.isEmpty() ? null : typed.pop().toCharArray();
        }

        @Override
        public boolean outputIsTerminal() {
            return false;
        }

        @Override
        public boolean errorIsTerminal() {
            return false;
        }

        @Override
        public int effectiveUserId() {
            return FakeHost.ORDINARY_USER;
        }

        @Override
        public Clock clock() {
            return FakeHost.ordinary().clock();
        }

        @Override
        public ZoneId zone() {
            return FakeHost.ordinary().zone();
        }
    }

    private Outcome run(ToolRunner runner, String options) {
        String blank = options.isEmpty() ? "" : " ";
        return runner.run("qvm-backup --scrypt-cost 10 " + options + blank + world.to() + "/mine work");
    }

    private void assertMade(Outcome outcome) {
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(world.extracted()).containsEntry("vm4/private.img", "work data\n");
    }

    private void assertNothing(Outcome outcome, int code, String message) {
        assertThat(outcome.err()).contains(message);
        assertThat(outcome.code()).isEqualTo(code);
        assertThat(world.backups()).isEmpty();
        assertThat(world.tree.store()).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void theFirstLineOfAFile() {
        assertMade(run(world.runner(), "-p " + world.passphrase));
    }

    @Test
    void theFirstLineOfStandardInput() {
        assertMade(run(world.runner().input(BackupWorld.PASSPHRASE + "\nrest"), "-p -"));
    }

    @Test
    void theFirstLineThatACommandPrints() {
        List<String> words = List.of(
                "qvm-backup",
                "--scrypt-cost",
                "10",
                "--passphrase-command",
                "cat '" + world.passphrase + "'",
                world.to() + "/mine",
                "work");

        assertMade(world.runner().runWords(words));
    }

    @Test
    void aCommandThatFailsIsTold() {
        List<String> words =
                List.of("qvm-backup", "--passphrase-command", "echo x; exit 4", world.to() + "/mine", "work");

        assertNothing(world.runner().runWords(words), 1, "failed with status 4");
    }

    @Test
    void aFileThatIsNotThereIsTold() {
        assertNothing(run(world.runner(), "-p /nonexistent"), 1, "/nonexistent: no such file or directory");
    }

    @Test
    void anEmptyPassphraseIsRefused() {
        assertNothing(run(world.runner().input("\n"), "-p -"), 1, "the passphrase is empty");
        assertNothing(run(world.runner().input("   \n"), "-p -"), 1, "the passphrase is empty");
    }

    @Test
    void onePlaceOnly() {
        assertNothing(run(world.runner(), "-p x --passphrase-fd 3"), 2, "exclude each other");
    }

    @Test
    void typedTwiceAfterTheQuestion() {
        Typist host = new Typist(BackupWorld.PASSPHRASE, BackupWorld.PASSPHRASE);

        Outcome outcome = run(world.runner(host).input("y\n"), "");

        assertMade(outcome);
        assertThat(outcome.err()).startsWith("Do you want to proceed? [y/N] ");
        assertThat(host.prompts.toString()).isEqualTo("Choose a passphrase for the backup: |Type it again: |");
    }

    @Test
    void twoThatDifferAreRefused() {
        assertNothing(run(world.runner(new Typist("one", "two")).input("y\n"), ""), 1, "the two passphrases differ");
    }

    @Test
    void withoutATerminalItIsToldWhatToDo() {
        assertNothing(run(world.runner(new Typist()).input("y\n"), ""), 1, "there is no terminal");
    }

    @Test
    void anyAnswerButYesIsNo() {
        for (String answer : List.of("n\n", "", "\n", "no\n")) {
            assertNothing(run(world.runner(new Typist("x", "x")).input(answer), ""), 0, "[y/N]");
        }
    }

    @Test
    void aFileIsNotReadBeyondItsFirstLine() throws IOException {
        Files.write(world.passphrase, new byte[] {'x', '\n', 0, (byte) 0xff});

        assertThat(run(world.runner(), "-p " + world.passphrase).code()).isZero();
    }
}
