package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.frame.Host;

/** A backup that holds far more than it says does not fill the disk of whoever extracts it. */
@Timeout(120)
final class ExtractLimitTest {
    private static final int MUCH = 20 << 20;

    @TempDir
    private Path directory;

    private BackupWorld world;
    private Path backup;

    @BeforeEach
    void makeBackup() throws IOException {
        world = BackupWorld.in(directory);
        Files.writeString(world.passphrase, "correct horse battery staple\n");
        byte[] content = new byte[MUCH];
        Arrays.fill(content, (byte) 'x');
        Files.write(world.tree.path("/var/lib/qubes/appvms/work/private.img"), content);
        assertThat(world.backup3(world.to() + "/honest", "work").code()).isZero();
        OuterMembers members = OuterMembers.of(Files.readAllBytes(world.target.resolve("honest")));
        members.sealed("qubes.xml.000", "HmacSHA512", ExtractLimitTest::withoutSizes);
        backup = Files.write(world.target.resolve("liar"), members.bytes());
    }

    /** The archive with a store in which every size is one byte; of the same length. */
    private static byte[] withoutSizes(byte[] archive) {
        String text = new String(archive, StandardCharsets.ISO_8859_1);
        StringBuilder made = new StringBuilder();
        java.util.regex.Matcher sizes =
                java.util.regex.Pattern.compile("backup_size=\"(\\d+)\"").matcher(text);
        while (sizes.find()) {
            sizes.appendReplacement(
                    made, "backup_size=\"1\"" + " ".repeat(sizes.group(1).length() - 1));
        }
        sizes.appendTail(made);
        assertThat(made).hasSameSizeAs(text).isNotEqualToIgnoringCase(text);
        return made.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Messages go to a terminal. */
    private static final class Terminal implements Host {
        @Override
        public boolean outputIsTerminal() {
            return false;
        }

        @Override
        public boolean errorIsTerminal() {
            return true;
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

    private Outcome extract(Path file, String... options) {
        return extract(FakeHost.ordinary(), file, options);
    }

    private Outcome extract(Host host, Path file, String... options) {
        List<String> words = new ArrayList<>(List.of("qubes-backup", "-p", world.passphrase.toString()));
        words.addAll(List.of(options));
        words.addAll(List.of(
                "extract",
                file.toString(),
                image(file).getParent().getParent().getParent().toString()));
        return world.runner(host).runWords(words);
    }

    private Path image(Path file) {
        return directory.resolve("out-" + file.getFileName()).resolve("appvms/work/private.img");
    }

    @Test
    void farMoreDataThanTheBackupSaysStops() {
        Outcome outcome = extract(backup);

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(1);
        assertThat(outcome.err())
                .contains(
                        "the backup holds more data than it says",
                        "go on with --ignore-size-limit if it is one of yours");
        assertThat(image(backup)).doesNotExist();
    }

    @Test
    void onATerminalTheErrorStandsAloneBehindTheProgress() {
        String err = extract(new Terminal(), backup).err();

        assertThat(err).startsWith("\rwork: ").endsWith("\n");
        String last = err.substring(err.lastIndexOf('\r') + 1);
        assertThat(last).startsWith("qubes-backup: the backup holds more data");
        assertThat(err).contains("\r" + " ".repeat(78) + "\r" + last);
    }

    @Test
    void theLimitCanBeLifted() {
        Outcome outcome = extract(backup, "--ignore-size-limit");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(image(backup)).hasSize(MUCH);
    }

    @Test
    void anHonestBackupIsExtracted() {
        Path honest = world.target.resolve("honest");

        assertThat(extract(honest).code()).isZero();
        assertThat(image(honest)).hasSize(MUCH);
    }
}
