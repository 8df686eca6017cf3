package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The command lines of xenstore's programs, and what becomes of their answers. */
final class XenStoreProgramsTest {
    private final RecordingPrograms programs = new RecordingPrograms();
    private final XenStore store = new XenStorePrograms(programs, Map.of("QUBES_XENSTORE_CHMOD_PROGRAM", "/x/chmod"));

    @Test
    void aValueComesWithoutTheNewlineOfTheProgram() {
        programs.answering("xenstore-read", 0, "1457.5\n\n", "");

        assertThat(store.readUntrusted("/vm/u/start_time")).contains("1457.5\n");
        assertThat(programs.lines()).containsExactly("exec xenstore-read /vm/u/start_time");
    }

    @Test
    void aMissingPathIsEmpty() {
        programs.answering("xenstore-read", 1, "", "xenstore-read: couldn't read path /a\n");

        assertThat(store.readUntrusted("/a")).isEmpty();
    }

    @Test
    void anyOtherFailureIsOne() {
        programs.answering("xenstore-read", 1, "", "xenstore-read: xs_open: Permission denied\u001b\n");

        assertThatThrownBy(() -> store.readUntrusted("/a"))
                .hasMessage("xenstore-read failed at /a: xenstore-read: xs_open: Permission denied\\x1b");
    }

    @Test
    void aValueThatIsTooLongIsRefused() {
        programs.answering("xenstore-read", 0, "x".repeat(4097) + "\n", "");

        assertThatThrownBy(() -> store.readUntrusted("/a")).hasMessageContaining("4096");
    }

    @Test
    void theDomainBecomesTheOwnerOfItsMemoryNode() {
        store.allowMemoryReports(11);

        assertThat(programs.lines()).containsExactly("exec /x/chmod /local/domain/11/memory n11");
        programs.answering("/x/chmod", 1, "", "no");
        assertThatThrownBy(() -> store.allowMemoryReports(11)).hasMessageStartingWith("/x/chmod failed");
    }
}
