package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

@Timeout(60)
final class LimitedCallsTest {
    private final LimitedCalls calls = new LimitedCalls("fake:///", Duration.ofMillis(100));
    private final CountDownLatch answer = new CountDownLatch(1);

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private int answered() {
        await(answer);
        return 7;
    }

    @Test
    void aCallMayTakeLongAsLongAsTheDaemonAnswersOtherwise() {
        AtomicInteger signs = new AtomicInteger();

        int result = calls.make(this::answered, () -> {
            if (signs.incrementAndGet() == 5) {
                answer.countDown();
            }
        });

        assertThat(result).isEqualTo(7);
        assertThat(signs).hasValueGreaterThanOrEqualTo(5);
        assertThat(calls.isStuck()).isFalse();
    }

    @Test
    void anErrorIsASignOfLifeToo() {
        int result = calls.make(this::answered, () -> {
            answer.countDown();
            throw new LibvirtFailure(LibvirtFailure.INTERNAL_ERROR, "no", "");
        });

        assertThat(result).isEqualTo(7);
    }

    @Test
    void withoutASignOfLifeItIsGivenUpUntilItIsAnswered() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        assertGivesUp(() -> calls.make(
                () -> {
                    int result = answered();
                    done.countDown();
                    return result;
                },
                () -> await(answer)));
        assertThat(calls.isStuck()).isTrue();
        assertGivesUp(() -> calls.make(() -> 1, () -> {}));

        answer.countDown();
        done.await();
        while (calls.isStuck()) {
            Thread.onSpinWait();
        }

        assertThat(calls.<Integer>make(() -> 1, () -> {})).isEqualTo(1);
    }

    private static void assertGivesUp(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.VMM_UNREACHABLE))
                .hasMessageContaining("libvirt at fake:/// has not answered");
    }

    @Test
    void whatACallThrowsIsThrown() {
        assertThatThrownBy(() -> calls.make(() -> {
                    throw new LibvirtFailure(LibvirtFailure.NO_DOMAIN, "gone", "");
                }))
                .isInstanceOf(LibvirtFailure.class)
                .hasMessage("gone");
        assertThatThrownBy(() -> calls.make(() -> {
                    throw new UnsatisfiedLinkError("no library");
                }))
                .isInstanceOf(UnsatisfiedLinkError.class);
    }
}
