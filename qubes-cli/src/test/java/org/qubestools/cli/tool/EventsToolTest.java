package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.FakeVmm;

@Timeout(60)
final class EventsToolTest extends ToolTest {
    private static final String UUID = "aaaaaaaa-1111-4111-8111-111111111111";
    private static final DomainKey WORK = new DomainKey("work", UUID);

    private final FakeVmm vmm = new FakeVmm(new HostInfo(16000, 4))
            .with(new DomainSnapshot("work", UUID, false, -1, DomainState.SHUTOFF, 0, 0));

    /** Runs the tool while {@code meanwhile} makes things happen. */
    private Outcome run(String commandLine, Runnable meanwhile) throws Exception {
        CompletableFuture<Outcome> outcome =
                CompletableFuture.supplyAsync(() -> tree.online(vmm).run(commandLine));
        while (!vmm.isWatched() && !outcome.isDone()) {
            Thread.onSpinWait();
        }
        meanwhile.run();
        return outcome.get();
    }

    private static String withoutTime(Outcome outcome) {
        return outcome.out().replaceAll("\"time\":\"[^\"]*\",?", "");
    }

    @Test
    void eachEventIsALine() throws Exception {
        Outcome outcome = run("qvm-events --no-qubesdb -n 2", () -> {
            vmm.createPaused(WORK);
            vmm.resume(WORK);
        });

        assertThat(outcome.code()).isZero();
        assertThat(withoutTime(outcome)).isEqualTo("""
                {"type":"ready",}
                {"type":"domain","event":"started","vm":"work","uuid":"%1$s","detail":"booted"}
                {"type":"domain","event":"resumed","vm":"work","uuid":"%1$s","detail":"unpaused"}
                """.formatted(UUID));
    }

    @Test
    void eventsOfOtherVmsAreNotForWhoNamedSome() throws Exception {
        Outcome outcome = run("qvm-events --no-qubesdb -n 1 vault", () -> {
            vmm.createPaused(WORK);
            vmm.with(new DomainSnapshot("vault", "u", false, -1, DomainState.SHUTOFF, 0, 0));
            vmm.createPaused(new DomainKey("vault", "u"));
        });

        assertThat(outcome.out()).contains("\"vm\":\"vault\"").doesNotContain("\"vm\":\"work\"");
    }

    @Test
    void aChangeOfTheStoreIsToldWithItsAttributes() throws Exception {
        Outcome outcome = run(
                "qvm-events --no-qubesdb -n 1",
                () -> assertThat(tree.run("qvm-prefs -s work memory 512").code())
                        .isZero());

        assertThat(outcome.out())
                .contains("\"type\":\"store\"")
                .contains("\"event\":\"changed\",\"vm\":\"work\",\"class\":\"AppVM\",\"qid\":4")
                .contains("{\"attribute\":\"memory\",\"before\":\"400\",\"after\":\"512\"}");
    }

    @Test
    void aQuietTimeEndsItWithOne() throws Exception {
        Outcome outcome = run("qvm-events --no-qubesdb --timeout 0", () -> {});

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).isEqualTo("qvm-events: no event within the time of --timeout\n");
    }

    @Test
    void aVmThatIsNotThereIsRefused() throws Exception {
        Outcome outcome = run("qvm-events nobody", () -> {});

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("no VM has the name 'nobody'");
    }

    @Test
    void offlineThereIsNothingToWatch() {
        Outcome outcome = tree.run("qvm-events");

        assertThat(outcome.code()).isEqualTo(14);
    }

    @Test
    void aPathThatIsNoneIsRefused() throws Exception {
        Outcome outcome = run("qvm-events --qubesdb block", () -> {});

        assertThat(outcome.code()).isEqualTo(2);
    }
}
