package org.qubestools.core.libvirt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A libvirtd of a test's own: all that it has is below one directory, and it serves nobody else. It runs in session mode,
 * as root in a user namespace where it takes itself for an ordinary user, or else as {@code nobody}.
 */
public final class PrivateLibvirtd implements AutoCloseable {
    private static final String SOCKET = "run/libvirt/libvirt-sock";
    private static final String NOBODY = "65534";

    /** What libvirt learns about QEMU in seconds is kept for the other daemons of this build. */
    private static final Path CACHE = Path.of("target", "libvirt-cache").toAbsolutePath();

    private final Path directory;
    private Process daemon;

    private PrivateLibvirtd(Path directory) {
        this.directory = directory;
        this.daemon = launch();
    }

    /** Starts one, or skips the test with the reason why there can be none. */
    public static PrivateLibvirtd startOrSkip() {
        Optional<String> missing = missing();
        Assumptions.assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
        try {
            // A short place: the longest socket below it must stay within 107 bytes.
            Path directory = Files.createTempDirectory(Path.of("/tmp"), "lv");
            Files.createDirectories(directory.resolve("cfg/libvirt"));
            Files.createDirectory(
                    directory.resolve("run"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createDirectories(CACHE);
            // There is no virtlogd here: QEMU writes its own logs.
            Files.writeString(
                    directory.resolve("cfg/libvirt/qemu.conf"),
                    "stdio_handler = \"file\"\nsecurity_driver = \"none\"\n");
            return new PrivateLibvirtd(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Why there can be none on this machine; empty if there can. */
    public static Optional<String> missing() {
        for (String program : List.of("libvirtd", "qemu-system-x86_64")) {
            if (find(program).isEmpty()) {
                return Optional.of(program + " is not installed (libvirt-daemon, qemu-system-x86 on Debian)");
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> find(String program) {
        return Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private Process launch() {
        try {
            List<String> command = new ArrayList<>(asOrdinaryUser());
            command.add(find("libvirtd").orElseThrow().toString());
            command.addAll(List.of(
                    "-f", "/dev/null", "-p", directory.resolve("libvirtd.pid").toString()));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("log").toFile()));
            Files.deleteIfExists(directory.resolve(SOCKET));
            Map<String, String> own = new TreeMap<>();
            own.put("HOME", directory.toString());
            own.put("XDG_RUNTIME_DIR", directory.resolve("run").toString());
            own.put("XDG_CONFIG_HOME", directory.resolve("cfg").toString());
            own.put("XDG_DATA_HOME", directory.resolve("data").toString());
            own.put("XDG_CACHE_HOME", CACHE.toString());
            builder.environment().putAll(own);
            Process process = builder.start();
            awaitSocket(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Root has no session mode; what a namespace shows as nobody keeps root's access to files. */
    private List<String> asOrdinaryUser() throws IOException {
        if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            return List.of();
        }
        List<String> namespace = List.of("unshare", "-U", "--map-user=" + NOBODY, "--map-group=" + NOBODY);
        List<String> trial = new ArrayList<>(namespace);
        trial.add("true");
        if (run(trial) == 0) {
            return namespace;
        }
        run(List.of("chown", "-R", NOBODY, directory.toString(), CACHE.toString()));
        return List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups");
    }

    private static int run(List<String> command) throws IOException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void awaitSocket(Process process) throws IOException {
        try {
            for (int i = 0; i < 500 && !Files.exists(directory.resolve(SOCKET)); i++) {
                if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("libvirtd ended: " + log());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        if (!Files.exists(directory.resolve(SOCKET))) {
            throw new IllegalStateException("libvirtd made no socket: " + log());
        }
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"), StandardCharsets.UTF_8);
    }

    /** The URI of QEMU's driver in it. */
    public String qemu() {
        return "qemu+unix:///session?socket=" + directory.resolve(SOCKET);
    }

    /** The URI of the test driver in it; its domains last while any connection to it is open. */
    public String test() {
        return "test+unix:///default?socket=" + directory.resolve(SOCKET);
    }

    /** Ends the daemon as a crash would; guests go on. */
    public void kill() {
        end(daemon.toHandle());
    }

    /** Starts the daemon anew in the same place. */
    public void startAgain() {
        daemon = launch();
    }

    /** Has the daemon stop answering. */
    public void freeze() {
        signal("-STOP");
    }

    public void thaw() {
        signal("-CONT");
    }

    /** Ends QEMU's processes as the kernel does when memory runs out, behind libvirt's back; how many. */
    public int killGuests() {
        List<ProcessHandle> guests = ProcessHandle.allProcesses()
                .filter(each -> each.info().commandLine().orElse("").contains(directory.toString()))
                .filter(each -> each.info().command().orElse("").contains("qemu-system"))
                .toList();
        guests.forEach(ProcessHandle::destroyForcibly);
        return guests.size();
    }

    private void signal(String signal) {
        try {
            run(List.of("kill", signal, String.valueOf(daemon.pid())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void end(ProcessHandle process) {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : all) {
                if (file.toString().matches(".*/qemu/run/[^/]*\\.pid")) {
                    endGuest(file);
                }
            }
            for (Path file : all) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void endGuest(Path pidFile) throws IOException {
        long pid = Long.parseLong(
                Files.readString(pidFile, StandardCharsets.US_ASCII).strip());
        ProcessHandle.of(pid)
                .filter(process -> process.info().command().orElse("").contains("qemu"))
                .ifPresent(ProcessHandle::destroyForcibly);
    }
}
