package org.qubestools.cli.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.QvmMain;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.runtime.HostProgram;
import org.qubestools.core.runtime.HostdDatabases;
import org.qubestools.core.runtime.HostdStart;
import org.qubestools.core.runtime.InstalledPrograms;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbDisconnectedException;
import org.qubestools.qubesdb.QubesDbPath;

/** The databases of VMs in the real daemon of a host, which is started when the first one is needed. */
final class HostdDatabasesTest {
    private static final QubesDbPath KEY = new QubesDbPath("/name");

    @TempDir
    private Path root;

    private Path folder;
    private RealPaths paths;
    private QubesVm work;

    @BeforeEach
    void makeHost() throws IOException {
        paths = path -> root.resolve(path.substring(1));
        folder = paths.real("/var/run/qubes");
        Files.createDirectories(paths.real("/var/log/qubes"));
        work = QubesVm.stored(0, VmClass.APP, AttributeMap.EMPTY.with("name", "work"));
    }

    @AfterEach
    void endDaemon() throws Exception {
        for (ProcessHandle process : daemons()) {
            process.destroy();
            process.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    /** Those that were started with this folder's name in their arguments. */
    private List<ProcessHandle> daemons() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains("-Dtest.folder=" + root))
                .toList();
    }

    /** A program as the distribution has it: it runs the real tool. */
    private Path program() throws IOException {
        Path program = root.resolve("qubesdb-hostd");
        Files.writeString(
                program,
                "#!/bin/sh\nexec '" + Path.of(System.getProperty("java.home"), "bin", "java")
                        + "' -XX:TieredStopAtLevel=1 '-Dtest.folder=" + root + "' -cp '"
                        + System.getProperty("java.class.path") + "' " + QvmMain.class.getName()
                        + " qubesdb-hostd \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    private HostdDatabases databases(String program, boolean linked) {
        Map<String, String> settings = Map.of(HostProgram.QUBESDB_HOSTD.key(), program);
        HostdStart start = new HostdStart(paths, new InstalledPrograms(), false, settings, WaitTime.SYSTEM);
        return new HostdDatabases(paths, start, linked);
    }

    @Test
    void theDaemonIsStartedOnceAndServesUntilEachIsStopped() throws Exception {
        HostdDatabases databases = databases(program().toString(), false);
        databases.stop(work); // nothing runs

        databases.start(work, 1);
        databases.start(work.withText("name", "vault"), 2);
        try (QubesDb database = databases.connect(work)) {
            database.write(KEY, "work");
            databases.start(work, 3); // over what an earlier run left
            database.refresh();
            assertThat(database.read(KEY)).isEmpty();

            assertThat(daemons()).hasSize(1);
            assertThat(paths.real("/var/log/qubes/qubesdb-hostd.log")).exists();
            databases.stop(work);
            databases.stop(work);
            assertThatThrownBy(() -> database.read(KEY)).isInstanceOf(QubesDbDisconnectedException.class);
        }
        try (QubesDb other = databases.connect(work.withText("name", "vault"))) {
            other.write(KEY, "vault");
        }
    }

    @Test
    void theLinkIsTheSocketThatTheVmmMakes() throws Exception {
        HostdDatabases databases = databases(program().toString(), true);
        Files.createDirectories(folder);
        try (ServerSocketChannel port = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            port.bind(UnixDomainSocketAddress.of(folder.resolve("qubesdb-link.work.sock")));

            databases.start(work, 1);

            assertThat(port.accept().isOpen()).isTrue();
        }
    }

    @Test
    void aMissingProgramIsNamed() {
        HostdDatabases databases = databases("/nowhere/qubesdb-hostd", false);

        assertThatThrownBy(() -> databases.start(work, 1))
                .isInstanceOf(QubesException.class)
                .hasMessageContaining("/nowhere/qubesdb-hostd");
    }

    @Test
    void aDaemonThatEndsAtOnceIsQuoted() throws Exception {
        Path program = program();
        Files.writeString(program, "#!/bin/sh\nprintf 'no \\033room\\n' >&2; exit 1\n");

        assertThatThrownBy(() -> databases(program.toString(), false).start(work, 1))
                .hasMessage("qubesdb-hostd was started but does not serve at " + folder
                        + "/qubesdb-hostd.sock: no \\x1broom");
    }

    @Test
    void whatTheDaemonRefusesIsTold() throws Exception {
        HostdDatabases databases = databases(program().toString(), false);

        assertThatThrownBy(() -> databases.start(work.withText("name", "../x"), 1))
                .hasMessageStartingWith("cannot start the QubesDB of VM");
    }
}
