package org.qubestools.cli.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbHost;

/** Requests to the daemon of a host, and its answers. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostControlTest {
    @TempDir
    private Path folder;

    private QubesDbHost host;
    private HostControl control;

    @BeforeEach
    void open() throws IOException {
        host = QubesDbHost.open();
        control = new HostControl(host, folder, DaemonOptions.DEFAULT);
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    private String answer(String request) throws InterruptedException {
        return new String(control.answer(request), StandardCharsets.UTF_8);
    }

    @Test
    void domainsAreStartedListedAndStopped() throws Exception {
        assertThat(answer("{\"op\":\"start\",\"domain\":\"work\",\"local\":true,\"mode\":\"660\"}"))
                .isEqualTo("{\"ok\":true}\n");
        assertThat(folder.resolve("qubesdb.sock")).isSymbolicLink();
        assertThat(answer("{\"op\":\"start\",\"domain\":\"vault\",\"listen\":\"" + folder + "/link.sock\"}"))
                .isEqualTo("{\"ok\":true}\n");
        assertThat(folder.resolve("link.sock")).exists();

        assertThat(answer("{\"op\":\"list\"}"))
                .isEqualTo("{\"ok\":true,\"domains\":[{\"domain\":\"vault\",\"link\":\"waiting\"},"
                        + "{\"domain\":\"work\",\"link\":\"none\"}]}\n");
        assertThat(answer("{\"op\":\"stop\",\"domain\":\"work\"}")).isEqualTo("{\"ok\":true}\n");
        assertThat(Files.exists(folder.resolve("qubesdb.work.sock"))).isFalse();
    }

    private ServerSocketChannel port() throws IOException {
        Path socket = folder.resolve("port.sock");
        Files.deleteIfExists(socket); // as QEMU does
        ServerSocketChannel port = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return port.bind(UnixDomainSocketAddress.of(socket), 1);
    }

    private String startWithPort() throws InterruptedException {
        return answer("{\"op\":\"start\",\"domain\":\"work\",\"connect\":\"" + folder
                + "/port.sock\",\"ends_with_link\":true}");
    }

    @Test
    void aDomainWhosePortIsGoneHasEnded() throws Exception {
        try (ServerSocketChannel port = port()) {
            assertThat(startWithPort()).isEqualTo("{\"ok\":true}\n");
            port.accept().close(); // and comes again: only the connection was lost
            try (SocketChannel link = port.accept()) {
                assertThat(answer("{\"op\":\"list\"}")).contains("work");
                port.close();
            }
        }

        // The time limit of the test ends this.
        while (answer("{\"op\":\"list\"}").contains("work")) {
            Thread.onSpinWait();
        }
        assertThat(folder).isDirectoryNotContaining("glob:**qubesdb.work.*");
        assertThat(startWithPort()).isEqualTo("{\"ok\":true}\n");
    }

    @Test
    void aDomainWhosePortWasNeverThereGoesOn() throws Exception {
        assertThat(startWithPort()).isEqualTo("{\"ok\":true}\n");

        try (ServerSocketChannel port = port();
                SocketChannel link = port.accept()) {
            assertThat(link.isOpen()).isTrue();
            assertThat(answer("{\"op\":\"list\"}")).contains("work");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "null",
                "{\"op\":\"start\"}",
                "{\"op\":\"begin\",\"domain\":\"work\"}",
                "{\"op\":\"start\",\"domain\":\"../work\"}",
                "{\"op\":\"start\",\"domain\":\"work\",\"local\":\"yes\"}",
                "{\"op\":\"start\",\"domain\":\"work\",\"mode\":\"999\"}",
                "{\"op\":\"start\",\"domain\":\"work\",\"colour\":\"red\"}",
                "{\"op\":\"start\",\"domain\":[\"work\"]}",
                "{\"op\":\"start\",\"domain\":\"work\",\"listen\":\"/a\",\"device\":\"/b\"}",
                "{\"op\":\"start\",\"domain\":\"work\",\"connect\":\"/a\\u0000b\"}",
                "{\"op\":\"start\",\"domain\":\"work\",\"ends_with_link\":true}",
                "{\"op\":\"start\",\"domain\":\"work\",\"connect\":\"/a\",\"ends_with_link\":1}",
                "{\"op\":\"list\"} {\"op\":\"list\"}"
            })
    void whatIsNoRequestIsRefusedAndNothingIsStarted(String request) throws Exception {
        assertThat(answer(request))
                .startsWith("{\"ok\":false,\"kind\":\"usage\",\"message\":\"")
                .endsWith("\"}\n");
        assertThat(answer("{\"op\":\"list\"}")).isEqualTo("{\"ok\":true,\"domains\":[]}\n");
    }

    @Test
    void whatIsThereOrNotThereIsSaid() throws Exception {
        answer("{\"op\":\"start\",\"domain\":\"work\"}");

        assertThat(answer("{\"op\":\"start\",\"domain\":\"work\"}")).contains("\"kind\":\"in-use\"");
        assertThat(answer("{\"op\":\"stop\",\"domain\":\"vault\"}")).contains("\"kind\":\"not-running\"");
    }
}
