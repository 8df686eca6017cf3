package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.FileLayer;

/** Permissions side by side, each of a program of its own, and what an administrator has in the same file. */
final class UsbPolicyTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("qubes.USB+2-1");
    }

    private UsbPolicy.Permission allow(String target) {
        return new UsbPolicy(folder, FileLayer.system()).allow(target, "sys-usb", "2-1");
    }

    @Test
    void whoeverEndsLastDeletesTheFileThatTheFirstMade() {
        UsbPolicy.Permission first = allow("work");
        UsbPolicy.Permission second = allow("vault");
        assertThat(file).hasContent("vault sys-usb allow\nwork sys-usb allow\n");

        first.close();
        assertThat(file).hasContent("vault sys-usb allow\n");
        second.close();
        second.close();

        assertThat(file).doesNotExist();
        assertThat(folder.resolve(".qubes.USB.lock")).isEmptyFile();
    }

    @Test
    void eachFileIsKnownByItsName() {
        UsbPolicy.Permission one = allow("work");
        UsbPolicy.Permission other = new UsbPolicy(folder, FileLayer.system()).allow("vault", "sys-usb", "3-2");

        one.close();
        assertThat(file).doesNotExist();
        assertThat(folder.resolve("qubes.USB+3-2")).hasContent("vault sys-usb allow\n");
        other.close();

        assertThat(folder.resolve("qubes.USB+3-2")).doesNotExist();
    }

    @Test
    void theFileOfAnAdministratorStaysAsItWas() throws IOException {
        Files.writeString(file, "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        allow("work").close();

        assertThat(file).isEmptyFile();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }
}
