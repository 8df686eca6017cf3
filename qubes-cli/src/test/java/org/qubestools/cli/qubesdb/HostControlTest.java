package org.qubestools.cli.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbHost;

/** Requests to the daemon of a host, and its answers. */
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
