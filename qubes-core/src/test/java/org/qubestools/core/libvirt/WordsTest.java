package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qubestools.core.error.QubesException;

final class WordsTest {
    @Test
    void whatXensLibraryFailedWithIsInItsLog() {
        QubesException failure = Words.failed(
                "start domain 'work'",
                new LibvirtFailure(
                        LibvirtFailure.INTERNAL_ERROR,
                        "internal error: libxenlight failed to create new domain 'work'",
                        ""));

        assertThat(failure)
                .hasMessage(
                        "cannot start domain 'work': internal error: libxenlight failed to create new domain 'work'");
        assertThat(failure.hint()).hasValue("the reason is in /var/log/libvirt/libxl/libxl-driver.log");
    }

    @Test
    void otherFailuresTellTheirReason() {
        QubesException failure =
                Words.failed("start domain 'work'", new LibvirtFailure(LibvirtFailure.INTERNAL_ERROR, "no", ""));

        assertThat(failure.hint()).isEmpty();
    }
}
