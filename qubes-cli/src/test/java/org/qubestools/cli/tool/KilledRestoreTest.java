package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.tool.RestoreMoment.Sight;

/**
 * Restores that are killed at any moment; about 200 with {@code -Dqubes.long=true}. Every other moment is in the short
 * time in which VMs are put in place, or right after something happened.
 */
@Timeout(1800)
final class KilledRestoreTest {
    private static final boolean LONG = Boolean.getBoolean("qubes.long");
    private static final int KILL_ROUNDS = LONG ? 16 : 1;
    private static final int SIGNAL_ROUNDS = LONG ? 4 : 1;
    private static final long SEED = 20261125;
    private static final long HANG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int CANCELLED = 130;
    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;

    /** After these the kill comes at a random moment up to the end of the run. */
    private static final List<Sight> RANDOM_AFTER = List.of(
            Sight.START,
            Sight.STAGING_AREA,
            Sight.VM_IN_PLACE,
            Sight.VM_IN_PLACE,
            Sight.START,
            Sight.STAGING_AREA,
            Sight.VM_IN_PLACE,
            Sight.VM_IN_PLACE);

    /** After these it comes at once. */
    private static final List<Sight> AT_ONCE = List.of(
            Sight.STAGING_AREA,
            Sight.VM_IN_PLACE,
            Sight.STORE_CHANGED,
            Sight.STORE_CHANGED_LAST,
            Sight.HOME_MOVED_ASIDE);

    private static RestoreScene scene;
    private static final Map<Sight, Long> toEnd = new EnumMap<>(Sight.class);

    @BeforeAll
    static void restoreUndisturbed(@TempDir Path directory) throws Exception {
        scene = new RestoreScene(directory, new Random(SEED));
        measure(scene.after());
        measure(scene.fresh()); // the first one was slow, as nothing was in memory
        assertThat(toEnd).containsKeys(Sight.values());
        assertNothingOfARestore(scene.after(), "undisturbed");
        assertThat(RestoreScene.stored(scene.after())).isEqualTo(RestoreScene.ARCHIVED);
        for (String vm : RestoreScene.ARCHIVED) {
            for (String file : List.of("private.img", "firewall.xml")) {
                Path restored = scene.after().path(RestoreScene.place(vm)).resolve(file);
                assertThat(Files.mismatch(scene.source(vm).resolve(file), restored))
                        .isEqualTo(-1);
            }
        }
    }

    private static void measure(StoreTree tree) throws Exception {
        BackupProcess process = scene.start(tree);
        RestoreMoment.measure(process, tree).forEach((sight, nanos) -> toEnd.merge(sight, nanos, Math::min));
        assertThat(process.end()).as(process.messages()).isZero();
    }

    private static List<RestoreMoment> moments(Random random, int rounds, boolean directed) {
        List<RestoreMoment> moments = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            for (Sight sight : RANDOM_AFTER) {
                moments.add(new RestoreMoment(sight, (long) (random.nextDouble() * toEnd.get(sight))));
            }
            for (Sight sight : directed ? AT_ONCE : List.<Sight>of()) {
                moments.add(new RestoreMoment(sight, 0));
            }
        }
        return moments;
    }

    @Test
    void aKillLeavesEachVmWholeOrAbsent() throws Exception {
        Map<String, Integer> found = new TreeMap<>();
        List<RestoreMoment> moments = moments(new Random(SEED), KILL_ROUNDS, true);
        for (int kill = 0; kill < moments.size(); kill++) {
            RestoreMoment moment = moments.get(kill);
            StoreTree tree = scene.fresh();
            BackupProcess process = scene.start(tree);
            moment.await(process, tree);
            process.kill();
            int status = process.end();
            String about = "seed " + SEED + ", kill " + kill + " at " + moment + ", status " + status + ", "
                    + process.messages();

            assertThat(status).as(about).isIn(0, KILLED);
            assertWholeOrAbsent(tree, tree.exists(RestoreScene.JOURNAL), about);
            assertHomeLostNothing(tree, about);
            found.merge(state(tree), 1, Integer::sum);
            if (kill % 2 == 1) {
                edit(tree, "qvm-prefs -s vault memory 400"); // changes nothing, but ends what a killed one began
                assertThat(tree.exists(RestoreScene.JOURNAL)).as(about).isFalse();
                assertWholeOrAbsent(tree, false, about);
            }
            assertTheRestFollows(tree, about);
        }
        assertThat(found.keySet())
                .as("states that the kills led to: " + found)
                .anyMatch(state -> state.contains("staging area"))
                .anyMatch(state -> state.matches("[1234] VMs.*"));
    }

    private static void edit(StoreTree tree, String commandLine) {
        Outcome outcome = tree.run(commandLine);
        assertThat(outcome.code()).as(outcome.err()).isZero();
    }

    private static String state(StoreTree tree) throws IOException {
        return RestoreScene.stored(tree).size() + " VMs"
                + (RestoreScene.staging(tree).isEmpty() ? "" : ", staging area")
                + (tree.exists(RestoreScene.JOURNAL) ? ", journal" : "");
    }

    /** A VM that is not in the store may have its directory only as long as a journal is to take it back. */
    private static void assertWholeOrAbsent(StoreTree tree, boolean pending, String about) throws IOException {
        List<String> stored = RestoreScene.stored(tree);
        ExpectedStore store = new ExpectedStore(tree.store());
        ExpectedStore whole = new ExpectedStore(scene.after().store());
        ExpectedStore others = store;
        for (String vm : RestoreScene.ARCHIVED) {
            String place = RestoreScene.place(vm);
            if (stored.contains(vm)) {
                TreeFiles.assertSame(scene.after().path(place), tree.path(place), about);
                assertThat(withoutUuid(store.element(vm)))
                        .as(about)
                        .isEqualTo(withoutUuid(lacksNetvm(vm, stored) ? unconnected(whole, vm) : whole.element(vm)));
                others = others.without(vm);
            } else if (!pending) {
                assertThat(tree.path(place)).as(about).doesNotExist();
            }
        }
        assertThat(others.text()).as(about).isEqualTo(scene.before().store());
        for (String vm : RestoreScene.EARLIER) {
            String place = RestoreScene.place(vm);
            TreeFiles.assertSame(scene.before().path(place), tree.path(place), about);
        }
    }

    /** The template is put in place before its netvm. */
    private static boolean lacksNetvm(String vm, List<String> stored) {
        return vm.equals(RestoreScene.TEMPLATE) && !stored.contains(RestoreScene.NETVM);
    }

    private static String unconnected(ExpectedStore whole, String vm) {
        return whole.with(vm, "netvm_qid", "none")
                .with(vm, "dispvm_netvm", "none")
                .element(vm);
    }

    private static String withoutUuid(String text) {
        return text.replaceAll(" uuid=\"[^\"]*\"", "");
    }

    /** Each entry is the old or the new one, and each old one that was replaced is in a directory beside. */
    private static void assertHomeLostNothing(StoreTree tree, String about) throws IOException {
        List<String> entries = RestoreScene.entries(tree, RestoreScene.HOME);
        List<Path> asides = entries.stream()
                .filter(name -> name.startsWith(RestoreScene.ASIDE))
                .map(name -> tree.path(RestoreScene.HOME).resolve(name))
                .toList();
        for (String name : RestoreScene.entries(scene.before(), RestoreScene.HOME)) {
            Path old = scene.before().path(RestoreScene.HOME).resolve(name);
            boolean kept = TreeFiles.isSame(old, tree.path(RestoreScene.HOME).resolve(name));
            for (Path aside : asides) {
                kept |= TreeFiles.isSame(old, aside.resolve(name));
            }
            assertThat(kept).as(about + ", " + name).isTrue();
        }
        for (String name : entries) {
            Path now = tree.path(RestoreScene.HOME).resolve(name);
            boolean known = isWorkOfARestore(now.toString())
                    || TreeFiles.isSame(scene.before().path(RestoreScene.HOME).resolve(name), now)
                    || TreeFiles.isSame(scene.after().path(RestoreScene.HOME).resolve(name), now);
            assertThat(known).as(about + ", " + name).isTrue();
        }
    }

    private static boolean isWorkOfARestore(String path) {
        return path.contains("/" + RestoreScene.ASIDE) || path.contains("/" + RestoreScene.STAGING);
    }

    /** Another run tells what was left and clears it; after it all is as if nothing had happened. */
    private static void assertTheRestFollows(StoreTree tree, String about) throws IOException {
        List<String> staging = RestoreScene.staging(tree);
        List<String> stored = RestoreScene.stored(tree);
        boolean pending = tree.exists(RestoreScene.JOURNAL);

        Outcome outcome = tree.run(scene.words());

        String all = about + "\nthen " + outcome.err();
        assertThat(outcome.code()).as(all).isZero();
        assertThat(outcome.err().contains("an interrupted change of files was"))
                .as(all)
                .isEqualTo(pending);
        for (String left : staging) {
            String area = left.replaceFirst("\\.lock$", "");
            assertThat(outcome.err()).as(all).contains("an interrupted restore had left " + area + "; it is cleared");
        }
        boolean unset = stored.stream().anyMatch(vm -> lacksNetvm(vm, stored));
        assertThat(outcome.err().contains("has no netvm, in the backup it has"))
                .as(all)
                .isEqualTo(unset && !staging.isEmpty());
        if (unset) {
            assertThat(all).containsAnyOf("VM 'debian-8' has no network: its", "qvm-prefs -s debian-8 netvm sys-vpn\n");
            edit(tree, "qvm-prefs -s debian-8 netvm sys-vpn");
        }
        TreeFiles.assertSame(scene.after().path("/"), tree.path("/"), KilledRestoreTest::mayDiffer, all);
        assertThat(withoutUuid(tree.store()))
                .as(all)
                .isEqualTo(withoutUuid(scene.after().store()));
        assertHomeLostNothing(tree, all);
    }

    private static boolean mayDiffer(String path) {
        return path.contains(RestoreScene.ASIDE)
                || path.endsWith("/qubes.xml")
                || path.contains("/backup/generation-"); // one for each save
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalLeavesNothingBehind(String signal) throws Exception {
        assumeThat(BackupProcess.isIgnored(signal)).isFalse();
        Map<Integer, Integer> statuses = new TreeMap<>();
        List<RestoreMoment> moments = moments(new Random(SEED + signal.hashCode()), SIGNAL_ROUNDS, LONG);
        for (RestoreMoment moment : LONG ? moments : moments.subList(0, 3)) { // one of each kind
            StoreTree tree = scene.fresh();
            BackupProcess process = scene.start(tree);
            moment.await(process, tree);
            process.signal(signal);
            long sent = System.nanoTime();
            int status = process.end();
            long took = System.nanoTime() - sent;
            String about = "seed " + SEED + ", " + signal + " at " + moment + ", status " + status + " after "
                    + took / 1_000_000 + " ms, " + process.messages();

            assertThat(took).as(about).isLessThan(HANG_NANOS);
            assertThat(process.messages()).as(about).doesNotContain("internal error");
            assertWholeOrAbsent(tree, false, about);
            assertNothingOfARestore(tree, about);
            assertStatus(status, tree, about);
            statuses.merge(status, 1, Integer::sum);
            assertTheRestFollows(tree, about);
        }
        assertThat(statuses).containsKey(CANCELLED);
    }

    /** Before a run has begun its work, and when it has done all of it, a signal ends it as any other program. */
    private static void assertStatus(int status, StoreTree tree, String about) throws IOException {
        int stored = RestoreScene.stored(tree).size();
        Path home = tree.path(RestoreScene.HOME);
        boolean same = TreeFiles.isSame(scene.before().path(RestoreScene.HOME), home);
        boolean all = stored == RestoreScene.ARCHIVED.size() && !same;
        switch (status) {
            case 0 -> assertThat(all).as(about).isTrue();
            case TERMINATED ->
                assertThat(all || (stored == 0 && same)).as(about).isTrue();
            default -> assertThat(status).as(about).isEqualTo(CANCELLED);
        }
    }

    private static void assertNothingOfARestore(StoreTree tree, String about) throws IOException {
        assertThat(RestoreScene.staging(tree)).as(about).isEmpty();
        assertThat(Files.exists(tree.path(RestoreScene.JOURNAL), LinkOption.NOFOLLOW_LINKS))
                .as(about)
                .isFalse();
        assertThat(tree.files()).as(about).noneMatch(file -> file.contains(".qvm-"));
    }
}
