package org.qubestools.cli.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.qubesdb.Background;

/** What {@code qubesdb-hostd} with operands makes of the one that serves. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostToolTest {
    @TempDir
    private Path folder;

    private Outcome list() {
        return new ToolRunner().environment("QUBES_RUN_DIR", folder.toString()).run("qubesdb-hostd list");
    }

    @Test
    void anAnswerWithoutEndIsNoAnswer() throws IOException {
        try (ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(folder.resolve("qubesdb-hostd.sock")))) {
            Background.start("endless", () -> flood(door));

            Outcome outcome = list();

            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.err()).startsWith("qubesdb-hostd: ").contains("it answered more than 1048576 bytes");
        }
    }

    private static void flood(ServerSocketChannel door) {
        try (SocketChannel caller = door.accept()) {
            while (caller.write(ByteBuffer.allocate(4096)) > 0) {
                // until the caller goes
            }
        } catch (IOException e) {
            // It went.
        }
    }

    @Test
    void whoHangsUpIsNamed() throws IOException {
        try (ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(folder.resolve("qubesdb-hostd.sock")))) {
            Background.start("hang up", () -> hangUp(door));

            assertThat(list()).isEqualTo(new Outcome(1, "", "qubesdb-hostd: qubesdb-hostd hung up\n"));
        }
    }

    private static void hangUp(ServerSocketChannel door) {
        try (SocketChannel caller = door.accept()) {
            caller.read(ByteBuffer.allocate(4096));
        } catch (IOException e) {
            // It went.
        }
    }
}
