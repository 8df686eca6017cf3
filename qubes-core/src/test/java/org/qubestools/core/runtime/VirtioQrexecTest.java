package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.VmName;

/** Runs the contract on the agent that runs in VMs, here as a process of this host. */
final class VirtioQrexecTest extends QrexecClientContract {
    private static final Path AGENT = Path.of("..", "scripts", "guest", "qubes-virtio-agent");
    private static final VmName WORK = new VmName("work");
    private static final Duration PATIENCE = Duration.ofSeconds(25);
    private static final Map<String, String> SERVICES = Map.of(
            "test.Echo", "exec cat",
            "test.Fail", "printf 'bad\\033!\\n' >&2; exit 3",
            "test.Chatty", "head -c 300000 /dev/zero >&2; printf end >&2; printf done",
            "test.Printer", "head -c 300000 /dev/zero; cat >/dev/null",
            "test.Stall", "exec sleep 1000",
            "test.Deaf", "exec <&-; printf deaf >&2; exit 5");

    @TempDir
    private Path directory;

    private PortListener port;

    @BeforeEach
    void startAgent() {
        SERVICES.forEach((name, text) -> write(name, "#!/bin/sh\n" + text + "\n", "rwxr-xr-x"));
        port = PortListener.open(directory.resolve("port"), PortListener.agent(AGENT.toAbsolutePath(), directory));
    }

    @AfterEach
    void stopAgent() {
        port.close();
    }

    private void write(String name, String text, String mode) {
        try {
            Path file = Files.writeString(directory.resolve(name), text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    VirtioQrexec client() {
        return client(port);
    }

    private static VirtioQrexec client(PortListener... ports) {
        return client(WaitTime.SYSTEM, PATIENCE, ports);
    }

    private static VirtioQrexec client(WaitTime time, Duration patience, PortListener... ports) {
        List<Path> sockets = List.of(ports).stream().map(PortListener::socket).toList();
        return new VirtioQrexec(vm -> vm.equals(WORK) ? sockets : List.of(), time, patience);
    }

    private PortListener guest(String name, PortListener.Guest guest) {
        return PortListener.open(directory.resolve(name), guest);
    }

    private static QrexecCommand command(String text) {
        return new QrexecCommand(WORK, "DEFAULT", text, null, false, false);
    }

    /** What a command printed. */
    private record Printed(int status, String output, String errors) {}

    private Printed run(QrexecCommand command, InputStream input) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int status = client().run(command, new CommandStreams(input, output, errors));
        return new Printed(
                status, output.toString(StandardCharsets.ISO_8859_1), errors.toString(StandardCharsets.ISO_8859_1));
    }

    @Test
    void aCommandHasThreeStreamsAndAStatus() {
        InputStream input = new ByteArrayInputStream("in".getBytes(StandardCharsets.US_ASCII));

        assertThat(run(command("cat; printf '\\377 %s' \"it's\"; echo err >&2; exit 42"), input))
                .isEqualTo(new Printed(42, "in\u00ff it's", "err\n"));
    }

    @Test
    void aCommandThatDoesNotReadEndsAllTheSame() throws IOException {
        try (PipedOutputStream never = new PipedOutputStream()) {
            assertThat(run(command("kill -9 $$"), new PipedInputStream(never))).isEqualTo(new Printed(137, "", ""));
        }
    }

    @Test
    void tenMebibytesGoBothWaysAsTheyAre() throws IOException {
        byte[] much = new byte[10 << 20];
        new Random(1).nextBytes(much);
        ByteArrayOutputStream output = new ByteArrayOutputStream();

        int status = client().run(
                        command("cat"),
                        new CommandStreams(new ByteArrayInputStream(much), output, new ByteArrayOutputStream()));

        assertThat(status).isZero();
        assertThat(output.toByteArray()).isEqualTo(much);
    }

    @Test
    void whatControlsATerminalIsTakenOut() {
        QrexecCommand filtered =
                new QrexecCommand(WORK, "DEFAULT", "printf 'a\\033[1mb\\n'; printf '\\233x' >&2", null, true, true);

        assertThat(run(filtered, InputStream.nullInputStream())).isEqualTo(new Printed(0, "a_[1mb\n", "_x"));
    }

    @Test
    void aLocalCommandTalksInPlaceOfOurStreams() throws IOException {
        Path result = directory.resolve("result");
        QrexecCommand both = new QrexecCommand(
                WORK, "DEFAULT", "read -r x; echo \"got $x\"; exit 7", "echo hi; cat >" + result, false, false);

        assertThat(run(both, InputStream.nullInputStream())).isEqualTo(new Printed(7, "", ""));
        assertThat(result).hasContent("got hi\n");
    }

    @Test
    void aUserThatDoesNotExistIsARefusal() {
        QrexecCommand other = new QrexecCommand(WORK, "no-such-user", "echo done", null, false, false);

        Printed printed = run(other, InputStream.nullInputStream());

        assertThat(printed.status()).isNotZero();
        assertThat(printed.output()).isEmpty();
    }

    @Test
    void nobodyWaitsForACommandThatIsStarted() throws IOException {
        Path fifo = directory.resolve("fifo");
        run(command("mkfifo " + fifo), InputStream.nullInputStream());

        client().start(command("echo done >" + fifo));

        // The call is over, and what it has started goes on.
        assertThat(Files.readString(fifo)).isEqualTo("done\n");
    }

    @Test
    void theEndOfACallEndsAllThatItHasStarted() throws IOException {
        Path fifo = directory.resolve("fifo");
        write("test.Child", "#!/bin/sh\nmkfifo " + fifo + "\n(sleep 1000 >" + fifo + ") & echo x\nwait\n", "rwxr-xr-x");
        try (QrexecCall call = client().service(WORK, "test.Child")) {
            assertThat(call.output().read()).isEqualTo('x');
            try (InputStream child = Files.newInputStream(fifo)) {
                call.close();

                // The end comes when the last who could write there has gone.
                assertThat(child.read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void aServiceOfR3IsALineForTheShell() {
        write("test.Line", "cat\n", "rw-r--r--");

        assertThat(run(command("QUBESRPC test.Line dom0"), new ByteArrayInputStream(new byte[] {'l'})))
                .isEqualTo(new Printed(0, "l", ""));
    }

    @Test
    void aPortServesOneAtATimeAndThereMayBeSeveral() throws IOException {
        try (PortListener second = guest("port2", PortListener.agent(AGENT.toAbsolutePath(), directory));
                QrexecCall first = client(port, second).service(WORK, "test.Echo");
                QrexecCall other = client(port, second).service(WORK, "test.Echo");
                QrexecCall none = client(port, second).service(WORK, "test.Echo")) {
            first.input().close();
            other.input().close();

            assertThat(first.awaitExit()).isZero();
            assertThat(other.awaitExit()).isZero();
            assertThat(none.awaitExit()).isEqualTo(255);
            assertThat(none.errorText()).isEqualTo("all command ports of the VM are in use");
        }
        try (QrexecCall again = client().service(WORK, "test.Fail")) {
            assertThat(again.awaitExit()).isEqualTo(3);
        }
    }

    @Test
    void whatIsLeftOfAnEarlierConversationIsSkipped() {
        try (PortListener guest = guest("guest", host -> {
            PortListener.send(host, "O 5\nabc\nR\nH 123\nX 9\n");
            PortListener.send(host, "H " + PortListener.greeting(host) + "\n");
            PortListener.command(host);
            PortListener.send(host, "X 4\n");
        })) {
            assertThat(client(guest).service(WORK, "test.Echo").awaitExit()).isEqualTo(4);
        }
    }

    @Test
    void aGuestThatWaitsForTheRestOfAMessageIsBroughtBack() {
        WaitTime hasty = new WaitTime() {
            private long now;

            @Override
            public long millis() {
                now += 1000;
                return now;
            }

            @Override
            public void sleep(Duration time) {
                now += time.toMillis();
            }
        };
        PortListener.Guest agent = PortListener.agent(AGENT.toAbsolutePath(), directory);
        try (PortListener guest = guest("guest", host -> {
            // As a guest that has not noticed that the earlier host died in the middle of a command.
            PortListener.skip(host, 99_000);
            agent.serve(host);
        })) {
            try (QrexecCall call = client(hasty, Duration.ofDays(1), guest).service(WORK, "test.Fail")) {
                assertThat(call.awaitExit()).isEqualTo(3);
            }
        }
    }

    @Test
    void aVmWhereNobodyAnswersIsNamed() throws IOException {
        try (PortListener guest = guest("guest", host -> {
            while (true) {
                PortListener.line(host);
            }
        })) {
            VirtioQrexec client = client(WaitTime.SYSTEM, Duration.ofMillis(50), guest);
            CommandStreams streams = new CommandStreams(
                    InputStream.nullInputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream());

            assertThatThrownBy(() -> client.run(command("true"), streams))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                    .hasMessage("no command runs in 'work': nobody answers in the VM at its command port");
        }
    }

    @Test
    void aVmThatDiesInTheMiddleEndsTheCall() throws IOException {
        try (PortListener guest = guest("guest", host -> {
                    PortListener.send(host, "H " + PortListener.greeting(host) + "\n");
                    PortListener.command(host);
                    PortListener.send(host, "S 3\nbadO 100\nhalf");
                });
                QrexecCall call = client(guest).service(WORK, "test.Echo")) {
            assertThat(call.awaitExit()).isEqualTo(255);
            assertThat(call.errorText()).isEqualTo("bad (the VM has gone)");
            assertThat(call.output().read()).isEqualTo(-1);
        }
    }

    @Test
    void aHostileVmCanOnlyEndItsCall() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            String noise = noise(random);
            try (PortListener guest = guest("hostile" + round, host -> {
                        PortListener.send(host, "H " + PortListener.greeting(host) + "\n");
                        PortListener.command(host);
                        PortListener.send(host, noise);
                    });
                    QrexecCall call = client(guest).service(WORK, "test.Echo")) {
                call.ignoreOutput();

                assertThat(call.awaitExit())
                        .as("seed %s, round %s", seed, round)
                        .isBetween(0, 255);
                assertThat(call.errorText())
                        .as("seed %s, round %s", seed, round)
                        .matches("[ -~]*");
            }
        }
    }

    /** Messages that are nearly right, cut and changed. */
    private static String noise(Random random) {
        String[] pieces = {
            "O 3\nabc", "S 2\n\u001b[", "W\n", "B\n", "X 256\n", "X -1\n", "X\n", "O 0\n", "O 32769\n",
                    "O 99999999999\n",
            "O  3\nabc", "O 3", "\n", "\u0000", "H 00\n", "R\n", "S 32768\n", "W 1\n", "\u00ff\u00fe", "X 3 \n"
        };
        StringBuilder noise = new StringBuilder();
        for (int count = random.nextInt(6); count >= 0; count--) {
            noise.append(pieces[random.nextInt(pieces.length)]);
        }
        if (random.nextBoolean()) {
            noise.setCharAt(random.nextInt(noise.length()), (char) random.nextInt(256));
        }
        return noise.toString();
    }
}
