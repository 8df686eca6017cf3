package org.qubestools.backup.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.backup.archive.MemberSource.Member;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.FakeQrexecClient;

/** Reads from a VM that has the service of the original, with its quirks. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VmBackupSourceTest {
    private static final VmName VM = new VmName("usb");
    private static final StreamLimit HEADER_LIMIT = StreamLimit.forHeader(1 << 20, "raise the limit");
    private static final StreamLimit DATA_LIMIT = StreamLimit.forData(1 << 20, 2, "raise the limit");

    private final RestoreService service = new RestoreService()
            .member("backup-header", "version=3\n")
            .member("backup-header.hmac", "SHA512=1\n")
            .member("qubes.xml.000", "<xml/>")
            .member("qubes.xml.000.hmac", "SHA512=2\n");
    private final FakeQrexecClient qrexec = new FakeQrexecClient().with("usb", "qubes.Restore", service);
    private final VmBackupSource source = new VmBackupSource(qrexec, VM, "/media/backup\n");

    private RestoreService withVms() {
        return service.member("vm20/private.img.000", "twenty")
                .member("vm20/private.img.000.hmac", "h20")
                .member("vm2/private.img.000", "two")
                .member("vm2/private.img.000.hmac", "h2")
                .member("vm2/apps/x.000", "app")
                .member("vm3/private.img.000", "three")
                .member("dom0-home/user.000", "home");
    }

    static List<String> all(VmMembers members) throws IOException {
        List<String> read = new ArrayList<>();
        for (Member member = members.next(); member != null; member = members.next()) {
            String content = new String(member.data().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(content).hasSize((int) member.size());
            read.add(member.name() + "=" + content);
        }
        return read;
    }

    @Test
    void theFirstCallBringsTheHeaderAndTheQubesXml() throws IOException {
        withVms();
        try (VmMembers members = source.header(HEADER_LIMIT)) {
            assertThat(all(members))
                    .containsExactly(
                            "backup-header=version=3\n",
                            "backup-header.hmac=SHA512=1\n",
                            "qubes.xml.000=<xml/>",
                            "qubes.xml.000.hmac=SHA512=2\n");
            assertThat(members.next()).isNull();
        }
        assertThat(service.requests()).containsExactly("/media/backup|backup-header qubes.xml.000");
        assertThat(qrexec.open()).isZero();
    }

    @Test
    void theHeaderOfFormatFourEndsWithItsEncryptedXml() throws IOException {
        RestoreService four = new RestoreService()
                .member("backup-header", "version=4\n")
                .member("backup-header.hmac", "scrypt")
                .member("qubes.xml.000.enc", "scrypt")
                .member("qubes.xml.000.zzz", "never sent");
        qrexec.with("usb", "qubes.Restore", four);
        try (VmMembers members = source.header(HEADER_LIMIT)) {
            assertThat(all(members)).hasSize(3).last().isEqualTo("qubes.xml.000.enc=scrypt");
        }
    }

    @Test
    void aBackupWithoutAHeaderBringsItsXml() throws IOException {
        RestoreService two = new RestoreService().member("qubes.xml.000", "x").member("qubes.xml.000.hmac", "h");
        qrexec.with("usb", "qubes.Restore", two);
        try (VmMembers members = source.header(HEADER_LIMIT)) {
            assertThat(all(members)).containsExactly("qubes.xml.000=x", "qubes.xml.000.hmac=h");
        }
    }

    @Test
    void whatIsNoBackupBringsNothing() throws IOException {
        qrexec.with("usb", "qubes.Restore", new RestoreService().member("holiday.jpg", "x"));
        try (VmMembers members = source.header(HEADER_LIMIT)) {
            assertThat(all(members)).isEmpty();
            assertThat(members.lateFailure()).isEmpty();
        }
    }

    @Test
    void theSecondCallBringsTheWantedDirectoriesOnly() throws IOException {
        withVms();
        try (VmMembers members = source.data(List.of("vm2", "dom0-home"), DATA_LIMIT)) {
            assertThat(all(members))
                    .containsExactly(
                            "vm2/private.img.000=two",
                            "vm2/private.img.000.hmac=h2",
                            "vm2/apps/x.000=app",
                            "dom0-home/user.000=home");
            assertThat(members.lateFailure()).isEmpty();
        }
        assertThat(service.requests()).containsExactly("/media/backup|vm2/ dom0-home/");
    }

    @Test
    void anotherVmWithTheSameBeginningIsDroppedAndNotCounted() throws IOException {
        service.member("vm20/private.img.000", new byte[5_000_000]);
        withVms().ignoringSlashes().directoriesAgain();
        service.member("vm20/private.img.000", new byte[5_000_000]);
        try (VmMembers members = source.data(List.of("vm2"), DATA_LIMIT)) {
            assertThat(all(members))
                    .containsExactly("vm2/private.img.000=two", "vm2/private.img.000.hmac=h2", "vm2/apps/x.000=app");
            assertThat(members.lateFailure()).isEmpty();
        }
    }

    @Test
    void aSecondHeaderInTheSecondCallIsDropped() throws IOException {
        FakeQrexecClient.Service hostile = (input, output, errors) -> {
            output.write(new CopyStream()
                    .file("backup-header", "version=4\n")
                    .file("qubes.xml.000", "other")
                    .file("vm2/private.img.000", "two")
                    .end()
                    .bytes());
            return 0;
        };
        qrexec.with("usb", "qubes.Restore", hostile);
        try (VmMembers members = source.data(List.of("vm2"), DATA_LIMIT)) {
            assertThat(all(members)).containsExactly("vm2/private.img.000=two");
        }
    }

    @Test
    void theVmSeesAGoodAnswer() throws IOException {
        withVms();
        List<Integer> statuses = new ArrayList<>();
        qrexec.with("usb", "qubes.Restore", (input, output, errors) -> {
            statuses.add(service.run(input, output, errors));
            return statuses.get(0);
        });
        try (VmMembers members = source.data(List.of("vm2", "vm3"), DATA_LIMIT)) {
            all(members);
        }
        assertThat(statuses).containsExactly(0);
    }

    @Test
    void unreadMembersAreSkipped() throws IOException {
        withVms();
        try (VmMembers members = source.data(List.of("vm2"), DATA_LIMIT)) {
            assertThat(members.next().name()).isEqualTo("vm2/private.img.000");
            assertThat(members.next().name()).isEqualTo("vm2/private.img.000.hmac");
        }
        assertThat(qrexec.open()).isZero();
    }

    @Test
    void aVmCannotBeAskedForSomeNames() {
        for (String name : List.of("a b", "../x", "/etc", "", "vm2/", "a".repeat(256), "\u00e4")) {
            assertThatThrownBy(() -> source.data(List.of(name), DATA_LIMIT))
                    .as(name)
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_VALUE));
        }
        assertThatThrownBy(() -> source.data(List.of(), DATA_LIMIT)).isInstanceOf(IllegalArgumentException.class);
        assertThat(qrexec.calls()).isEmpty();
    }

    @Test
    void anEmptyLocationIsRefused() {
        assertThatThrownBy(() -> new VmBackupSource(qrexec, VM, " \n"))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_VALUE));
    }
}
