package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner.Outcome;

/** {@code qvm-backup --profile}, {@code --save-profile} and {@code --yes}. */
final class BackupProfileTest {
    private BackupWorld world;
    private Path profile;

    @BeforeEach
    void makeWorld(@TempDir Path directory) throws IOException {
        world = BackupWorld.in(directory);
        profile = directory.resolve("weekly");
    }

    private Outcome backup(String... words) {
        List<String> line = new ArrayList<>(List.of("qvm-backup"));
        line.addAll(List.of(words));
        return world.tree.run(line);
    }

    private String passphrase() {
        return world.passphrase.toString();
    }

    @Test
    void whatWasKeptIsDoneAgain() throws IOException {
        Outcome first = backup(
                "-p",
                passphrase(),
                "--scrypt-cost",
                "10",
                "-x",
                "vault",
                "--save-profile",
                profile.toString(),
                world.to() + "/one",
                "work",
                "vault");

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(Files.readString(profile))
                .isEqualTo("# what qvm-backup was told; one word a line\n--passphrase-file=" + passphrase()
                        + "\n--scrypt-cost=10\n--exclude=vault\n--\n" + world.to() + "/one\nwork\nvault\n");

        Outcome second = backup("--profile", profile.toString(), world.to() + "/two", "work");
        assertThat(second.code()).as(second.err()).isZero();
        assertThat(world.backups()).containsExactly("one", "two");
        assertThat(backup("--profile", profile.toString(), "--dry-run").out()).contains("work");
    }

    @Test
    void noWayToAPassphraseButAFileIsKept() throws IOException {
        backup("--passphrase-command", "false", "-y", "--save-profile", profile.toString(), world.to(), "work");

        assertThat(Files.readString(profile))
                .doesNotContain("false", "passphrase")
                .contains("--yes\n--\n" + world.to() + "\nwork\n");
    }

    @Test
    void aDryRunKeepsNothing() {
        Outcome outcome =
                backup("--dry-run", "-p", passphrase(), "--save-profile", profile.toString(), world.to(), "work");

        assertThat(outcome.code()).isZero();
        assertThat(profile).doesNotExist();
    }

    @Test
    void whatExcludesEachOtherIsRefused() throws IOException {
        Files.writeString(profile, "--no-encrypt\n--\n" + world.to() + "\n");

        Outcome outcome = backup("--profile", profile.toString(), "-e");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("exclude each other").hasLineCount(1);
    }

    @Test
    void aProfileThatIsNotThereIsNamed() {
        Outcome outcome = backup("--profile", profile.toString());

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains(profile.toString()).hasLineCount(1);
    }

    @Test
    void whatCannotBeBackedUpIsNotKept() {
        assertThat(backup("-p", passphrase(), "--save-profile", profile.toString())
                        .code())
                .isEqualTo(2);
        assertThat(backup("-p", passphrase(), "--save-profile", profile.toString(), world.to(), "nosuch")
                        .code())
                .isEqualTo(1);

        assertThat(profile).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"destination_path: /mnt\ninclude:\n  - work\n", "--nosuch\n--\nx\n", "work", "\u0000"})
    void anotherFileIsNoProfile(String text) throws IOException {
        Files.writeString(profile, text);

        Outcome outcome = backup("-y", "--profile", profile.toString());

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err())
                .startsWith("qvm-backup: " + profile + " is no profile: ")
                .hasLineCount(1);
        assertThat(world.backups()).isEmpty();
    }

    @Test
    void aProfileMayHaveOptionsAlone() throws IOException {
        Files.writeString(profile, "# mine\n-p\n" + passphrase() + "\n--scrypt-cost=10\n");

        Outcome outcome = backup("--profile", profile.toString(), world.to() + "/one", "work");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(world.backups()).containsExactly("one");
    }

    @Test
    void bytesThatAreNoTextAreNoProfile() throws IOException {
        Files.write(profile, new byte[] {(byte) 0xff, '\n'});

        assertThat(backup("--profile", profile.toString()).err()).contains("is no text in UTF-8");
    }

    @Test
    void yesLeavesOutTheQuestion() {
        Outcome outcome = world.tree.runWithInput("qvm-backup -y " + world.to() + " work", "");

        assertThat(outcome.err()).doesNotContain("Do you want to proceed?");
        assertThat(outcome.code()).isNotZero(); // there is no passphrase
    }
}
