package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The volatile images of DisposableVMs that are restored: all of one name, as Xen opens them. The tar is the real one. */
final class RestoredVolatilesTest extends LiveTest {
    private static final String DVM = "/var/lib/qubes/appvms/fedora-23-dvm";
    private static final String SAVED = "as it was saved";

    private final List<RandomAccessFile> opened = new ArrayList<>();

    @BeforeEach
    void makeImage() {
        runs("sys-net", 1);
        runs("sys-firewall", 2);
        host.withRealPrograms();
        services.answering("fedora-23-dvm", "/qubes-save-request", "/qubes-used-mem", "512000");
        vmm.savingFiles().restoring();
        steps.at("libvirt save fedora-23-dvm " + tree.path(DVM + "/dvm-savefile"), () -> write(SAVED));
        assertDone("qvm-create-default-dvm -q --default-template --default-script");
        for (int number = 1; number < 3; number++) {
            tree.write("/var/run/qubes/qrexec.disp" + number, "");
            atRestoreOf(number, this::open);
        }
    }

    @AfterEach
    void closeAll() throws IOException {
        for (RandomAccessFile file : opened) {
            file.close();
        }
    }

    private void write(String text) {
        tree.write(DVM + "/volatile.img", text);
    }

    private void atRestoreOf(int number, Runnable happening) {
        steps.at("libvirt restore disp" + number + " " + tree.path(DVM + "/dvm-savefile"), happening);
    }

    /** As Xen does, for as long as the domain lives. */
    private void open() {
        try {
            opened.add(new RandomAccessFile(tree.path(DVM + "/volatile.img").toString(), "rw"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String content(RandomAccessFile file) throws IOException {
        byte[] bytes = new byte[(int) file.length()];
        file.seek(0);
        file.readFully(bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static void change(RandomAccessFile file, String text) throws IOException {
        file.seek(0);
        file.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void eachHasItsOwnAsItWasSaved() throws IOException {
        host.vms().withCommand("disp1", "true", (input, output, errors) -> {
            change(opened.get(0), "disp1");
            assertThat(run("qvm-run -q -p --dispvm true").code()).isZero();
            return 0;
        });
        host.vms().withCommand("disp2", "true", (input, output, errors) -> {
            assertThat(content(opened.get(1))).isEqualTo(SAVED);
            change(opened.get(1), "disp2");
            return 0;
        });

        assertDone("qvm-run -q -p --dispvm true");

        assertThat(content(opened.get(0))).startsWith("disp1");
        assertThat(content(opened.get(1))).startsWith("disp2");
    }

    @Test
    void nobodyElseGetsToItBeforeItIsOpen() {
        atRestoreOf(1, () -> {
            assertFails("qvm-start fedora-23-dvm", 1, "VM 'fedora-23-dvm' is already starting");
            open();
        });
        host.vms().withCommand("disp1", "true", (input, output, errors) -> 0);

        assertDone("qvm-run -q -p --dispvm true");

        assertThat(opened).hasSize(1);
    }

    @Test
    void nobodyIsRestoredFromHalfAnImage() throws IOException {
        steps.at("libvirt save fedora-23-dvm " + tree.path(DVM + "/dvm-savefile"), () -> {
            assertFails("qvm-run -q -p --dispvm true", 1, "there is no saved image /var/run/qubes/current-savefile");
            try {
                Files.delete(tree.path(DVM + "/volatile.img"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        assertFails(
                "qvm-create-default-dvm -q --default-template", 1, "cannot pack " + DVM + "/volatile.img: tar ended");

        assertThat(tree.path(DVM + "/saved-cows.tar")).doesNotExist();
        assertFails("qvm-run -q -p --dispvm true", 1, "there is no saved image /var/run/qubes/current-savefile");
    }

    @Test
    void aPackedImageThatIsNoneFailsAndLeavesNothing() throws IOException {
        Files.writeString(tree.path(DVM + "/saved-cows.tar"), "no archive, or half of one");

        assertFails("qvm-run -q -p --dispvm true", 1, "cannot unpack " + DVM + "/volatile.img: tar ended with 2: ");

        assertThat(vmm.domains()).noneMatch(domain -> domain.name().startsWith("disp"));
        assertThat(tree.store()).doesNotContain("disp1");
        assertThat(opened).isEmpty();
        assertThat(services.openGrants()).isZero();
    }
}
