package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmName;

/** What every {@link QrexecClient} must do; run on the fake and on the host's program. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class QrexecClientContract {
    private static final int MUCH = 300_000;

    /**
     * A client for a VM {@code work} with these services: {@code test.Echo} copies its input; {@code test.Fail} prints
     * {@code bad}, an escape character, {@code !} and a line end as errors and ends with 3; {@code test.Chatty} prints
     * 300000 zero bytes and {@code end} as errors, then {@code done}; {@code test.Printer} prints 300000 bytes, then
     * reads its input to the end; {@code test.Stall} neither reads nor prints nor ends; {@code test.Deaf} closes its
     * input, prints {@code deaf} and ends with 5.
     */
    abstract QrexecClient client();

    private QrexecCall call(String service) {
        return client().service(new VmName("work"), service);
    }

    @Test
    void whatIsWrittenReachesTheServiceAndItsOutputComesBack() throws IOException {
        try (QrexecCall call = call("test.Echo")) {
            call.input().write("hello".getBytes(StandardCharsets.US_ASCII));
            call.input().close();

            assertThat(call.output().readAllBytes())
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("hello");
            assertThat(call.awaitExit()).isZero();
            assertThat(call.errorText()).isEmpty();
        }
    }

    @Test
    void aConversationGoesBothWaysBeforeTheInputEnds() throws IOException {
        try (QrexecCall call = call("test.Echo")) {
            call.input().write('a');
            call.input().flush();
            assertThat(call.output().read()).isEqualTo('a');
            call.input().write('b');
            call.input().flush();
            assertThat(call.output().read()).isEqualTo('b');
        }
    }

    @Test
    void exitStatusAndErrorsAreReportedSafely() {
        try (QrexecCall call = call("test.Fail")) {
            assertThat(call.awaitExit()).isEqualTo(3);
            assertThat(call.errorText()).isEqualTo("bad\\x1b!");
        }
    }

    @Test
    void manyErrorsDoNotStopTheServiceAndOnlyTheirEndIsKept() throws IOException {
        try (QrexecCall call = call("test.Chatty")) {
            assertThat(call.output().readAllBytes())
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("done");
            assertThat(call.awaitExit()).isZero();
            assertThat(call.errorText()).hasSize(1021 * 4 + 3).endsWith("\\x00end");
        }
    }

    @Test
    void ignoredOutputDoesNotStopTheService() throws IOException {
        try (QrexecCall call = call("test.Printer")) {
            call.ignoreOutput();
            call.input().write(new byte[MUCH]);
            call.input().close();

            assertThat(call.awaitExit()).isZero();
        }
    }

    @Test
    void anUnknownServiceShowsInTheStatus() {
        try (QrexecCall call = call("test.Nothing")) {
            assertThat(call.awaitExit()).isNotZero();
        }
    }

    @Test
    void anUnknownVmShowsInTheStatus() {
        try (QrexecCall call = client().service(new VmName("nobody"), "test.Echo")) {
            assertThat(call.awaitExit()).isNotZero();
        }
    }

    @Test
    void aServiceNameIsOneWord() {
        for (String name : new String[] {"", "a b", "a;b", "../x", "a\n", "\u00e4"}) {
            assertThatThrownBy(() -> call(name))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_VALUE));
        }
    }

    @Test
    void writingToAServiceThatEndedIsAnIoException() {
        try (QrexecCall call = call("test.Deaf")) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            call.input().write(new byte[MUCH]);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(call.awaitExit()).isEqualTo(5);
            assertThat(call.errorText()).isEqualTo("deaf");
        }
    }

    @Test
    void closingKillsTheServiceAndIsSafeTwice() {
        QrexecCall call = call("test.Stall");

        call.close();
        call.close();

        assertThat(call.awaitExit()).isEqualTo(137);
    }

    @Test
    void closingAfterTheEndKeepsTheStatus() {
        QrexecCall call = call("test.Fail");
        call.awaitExit();

        call.close();

        assertThat(call.awaitExit()).isEqualTo(3);
    }

    @Test
    void closingEndsAReadOfAnotherThread() {
        QrexecCall call = call("test.Stall");
        CompletableFuture<Boolean> reader = CompletableFuture.supplyAsync(() -> endsOrFails(call.output()));

        call.close();

        assertThat(reader.join()).isTrue();
    }

    @RepeatedTest(10)
    void closingEndsAWriteOfAnotherThread() throws InterruptedException {
        QrexecCall call = call("test.Stall");
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Boolean> writer = CompletableFuture.supplyAsync(() -> {
            begun.countDown();
            return writeFails(call);
        });
        begun.await();

        call.close();

        assertThat(writer.join()).isTrue();
    }

    @Test
    void interruptionEndsTheWait() {
        try (QrexecCall call = call("test.Stall")) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(call::awaitExit)
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static boolean endsOrFails(InputStream in) {
        try {
            return in.read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean writeFails(QrexecCall call) {
        try {
            for (int i = 0; i < 100; i++) {
                call.input().write(new byte[MUCH]);
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
