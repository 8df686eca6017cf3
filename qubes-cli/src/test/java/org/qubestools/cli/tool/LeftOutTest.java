package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;

/** What a backup holds of something that is no VM for us is never passed over in silence. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LeftOutTest {
    private static final String TAG = "<QubesAppVm ";

    @TempDir
    private Path directory;

    private String passphrase;

    @BeforeEach
    void makePassphrase() throws IOException {
        new RestoreTree(Files.createDirectory(directory.resolve("host")));
        passphrase = directory.resolve("host/passphrase").toString();
    }

    /** The sample with the element of its VM 'personal' changed; both texts have the same length. */
    private String sample(String from, String to) throws IOException {
        OuterMembers members = OuterMembers.ofSample("v3-plain").sealed("qubes.xml.000", "HmacSHA512", tar -> {
            String text = new String(tar, StandardCharsets.ISO_8859_1);
            int start = text.lastIndexOf(TAG, text.indexOf("name=\"personal\""));
            int place = text.indexOf(from, start);
            String changed = text.substring(0, place) + to + text.substring(place + from.length());
            return changed.getBytes(StandardCharsets.ISO_8859_1);
        });
        return Files.write(directory.resolve("made.backup"), members.bytes()).toString();
    }

    private Outcome tool(String command, String backup) {
        return new ToolRunner().runWords(List.of("qubes-backup", "-q", "-p", passphrase, command, backup));
    }

    @Test
    void anElementThatIsNoVmButFlaggedIsNamed() throws IOException {
        String odd = sample(TAG, "<QubesOddVm ");

        Outcome verified = tool("verify", odd);
        Outcome listed = tool("list", odd);

        String warning = "qubes-backup: warning: 'personal' of the backup is left out: <QubesOddVm> is no kind of VM\n";
        assertThat(verified.err()).isEqualTo(warning);
        assertThat(listed.err()).isEqualTo(warning);
        assertThat(verified.out()).contains("work: verified").doesNotContain("personal");
        assertThat(verified.code()).isZero();
    }

    @Test
    void aVmWhoseFlagCannotBeReadIsNamed() throws IOException {
        String unclear = sample("backup_content=\"True\"", "backup_content=\"yes!\"");

        Outcome verified = tool("verify", unclear);

        assertThat(verified.err())
                .isEqualTo("qubes-backup: warning: VM 'personal' of the backup is left out: backup_content: 'yes!' is"
                        + " not usable: neither True nor False; the default counts\n");
        assertThat(verified.out()).contains("work: verified").doesNotContain("personal");
    }
}
