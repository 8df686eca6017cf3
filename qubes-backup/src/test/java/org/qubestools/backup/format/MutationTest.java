package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.qubestools.backup.format.DataPassTest.noise;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.build.ArchiveBuilder;
import org.qubestools.backup.build.InnerTar;
import org.qubestools.backup.build.OuterTar;
import org.qubestools.backup.build.ReadBack;
import org.qubestools.core.error.QubesException;

/**
 * Small archives with single bits, cuts and whole members changed: the outcome is never good with other data, no
 * exception but ours comes, nothing hangs. With {@code -Dqubes.long=true} every bit is tried.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MutationTest {
    private static final boolean LONG = Boolean.getBoolean("qubes.long");
    private static final long SEED = 20231123;
    /** Beyond that it hangs. The method's own limit is that of the long run. */
    private static final Duration LIMIT = LONG ? Duration.ofHours(2) : Duration.ofMinutes(10);

    /** Two VMs and a home; {@code variant} changes all contents. */
    static OuterTar archive(String kind, int variant) {
        ArchiveBuilder builder =
                switch (kind) {
                    case "v3" -> ArchiveBuilder.v3();
                    case "v3-encrypted-gzip" -> ArchiveBuilder.v3().encrypted().filter("gzip");
                    case "v4" -> ArchiveBuilder.v4().backupId("2024010" + variant + "T000000-1");
                    default -> ArchiveBuilder.v4().filter("gzip").backupId("2024010" + variant + "T000000-1");
                };
        InnerTar home = new InnerTar()
                .directory("dom0-home/user/")
                .file("dom0-home/user/a", noise(variant + 5, 100))
                .symlink("dom0-home/user/b", "a");
        return builder.chunk(3000)
                .vm("work", 4)
                .file("private.img", noise(variant, 2500))
                .vm("mail", 5)
                .file("private.img", noise(variant + 1, 5000))
                .home("user")
                .archive("user", home.end())
                .build();
    }

    /** What was delivered if all was said to be good, or null. */
    private static @Nullable Map<String, String> outcome(byte[] archive, String what) {
        try {
            ReadBack back = ReadBack.of(archive);
            return back.isGood() ? back.data() : null;
        } catch (QubesException e) {
            assertThat(e.getMessage()).as(what).isNotBlank().isPrintable();
            return null;
        } catch (RuntimeException e) {
            throw new AssertionError(what, e);
        }
    }

    private static void assertNotGoodWithOtherData(byte[] archive, Map<String, String> data, String what) {
        Map<String, String> delivered = outcome(archive, what);
        if (delivered != null) {
            assertThat(delivered).as(what).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3", "v3-encrypted-gzip", "v4", "v4-gzip"})
    @Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aFlippedBitIsNeverGoodWithOtherData(String kind) {
        assertTimeoutPreemptively(LIMIT, () -> flipBits(kind));
    }

    private static void flipBits(String kind) {
        byte[] archive = archive(kind, 1).bare();
        Map<String, String> data = ReadBack.of(archive).data();
        assertThat(data).hasSize(5);
        Random random = new Random(SEED);
        int bits = 8 * archive.length;
        for (int i = 0; i < (LONG ? bits : 1500); i++) {
            int bit = LONG ? i : random.nextInt(bits);
            archive[bit / 8] ^= (byte) (1 << bit % 8);
            assertNotGoodWithOtherData(archive, data, kind + ", seed " + SEED + ", bit " + bit);
            archive[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3", "v3-encrypted-gzip", "v4"})
    @Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyBitOfEveryHeaderOfTheOuterArchiveIsNeverGoodWithOtherData(String kind) {
        assertTimeoutPreemptively(LIMIT, () -> flipBitsOfHeaders(kind));
    }

    private static void flipBitsOfHeaders(String kind) {
        byte[] archive = archive(kind, 1).bytes();
        Map<String, String> data = ReadBack.of(archive).data();
        Random random = new Random(SEED);
        for (int at = 0; at < archive.length; at += 10240) {
            for (int i = 0; i < (LONG ? 3 * 4096 : 20); i++) {
                int bit = 8 * at + (LONG ? i : random.nextInt(3 * 4096));
                archive[bit / 8] ^= (byte) (1 << bit % 8);
                assertNotGoodWithOtherData(archive, data, kind + ", seed " + SEED + ", bit " + bit);
                archive[bit / 8] ^= (byte) (1 << bit % 8);
            }
        }
    }

    /** Only what is zeros to the end can go. */
    @ParameterizedTest
    @ValueSource(strings = {"v3", "v3-encrypted-gzip", "v4"})
    void error23_anArchiveThatIsCutAnywhereIsNeverGood(String kind) {
        byte[] archive = archive(kind, 1).bare();
        Map<String, String> data = ReadBack.of(archive).data();
        int end = archive.length - 1024;
        while (archive[end - 1] == 0) {
            end--;
        }
        Random random = new Random(SEED);
        for (int i = 0; i < (LONG ? archive.length : 700); i++) {
            int length = LONG ? i : random.nextInt(archive.length);
            Map<String, String> delivered = outcome(Arrays.copyOf(archive, length), kind + ", cut at " + length);
            if (length < end && kind.equals("v3-encrypted-gzip")) {
                assertThat(delivered).as("cut at %d", length).isNull();
            } else if (delivered != null) {
                assertThat(delivered).as("cut at %d", length).isEqualTo(data);
            }
        }
    }

    @Test
    void error23_anArchiveThatEndsEarlyNamesTheLastCompleteChunk() {
        byte[] archive = archive("v3", 1).bare();
        OuterTar members = archive("v3", 1);
        int before = members.indexOf("appvms/mail/private.img.001");
        int length = new OuterTar(members.members().subList(0, before)).bare().length - 1024;

        ReadBack back = ReadBack.of(Arrays.copyOf(archive, length + 1000));

        assertThat(back.brokenOff())
                .containsExactly("the archive ends inside member 'appvms/mail/private.img.001'"
                        + " (behind appvms/mail/private.img.000)");
        assertThat(back.problems())
                .anySatisfy(problem -> assertThat(problem).startsWith("VM 'mail', file appvms/mail/private.img"))
                .anySatisfy(problem -> assertThat(problem)
                        .isEqualTo("the home of dom0: its data are missing; the archive ends before it"))
                .hasSize(2);
        assertThat(back.data()).containsOnlyKeys("appvms/work/private.img");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3", "v3-encrypted-gzip", "v4", "v4-gzip"})
    void changedMembersAreNeverGoodWithOtherData(String kind) {
        OuterTar original = archive(kind, 1);
        OuterTar other = archive(kind, 2);
        Map<String, String> data = ReadBack.of(original).data();
        // Formats 2 and 3 bind no member to its backup, so that whole inner archives can be replayed (25.2).
        boolean bound = kind.startsWith("v4");
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(SEED + seed);
            OuterTar mutant = new OuterTar(original.members());
            StringBuilder what = new StringBuilder(kind + ", seed " + (SEED + seed) + ":");
            for (int i = random.nextInt(3); i >= 0; i--) {
                mutate(mutant.members(), bound ? other.members() : original.members(), random, what);
            }
            assertNotGoodWithOtherData(mutant.bare(), data, what.toString());
        }
    }

    private static void mutate(
            List<OuterTar.Member> members, List<OuterTar.Member> other, Random random, StringBuilder what) {
        int at = random.nextInt(members.size());
        int second = random.nextInt(members.size());
        OuterTar.Member member = members.get(at);
        what.append(' ').append(member.name());
        switch (random.nextInt(6)) {
            case 0 -> members.remove(at);
            case 1 -> members.add(second, member);
            case 2 -> java.util.Collections.swap(members, at, second);
            case 3 ->
                members.set(
                        at,
                        new OuterTar.Member(
                                member.name(),
                                Arrays.copyOf(member.content(), random.nextInt(member.content().length + 1))));
            case 4 -> members.set(at, member.named(members.get(second).name()));
            default -> members.set(at, other.get(random.nextInt(other.size())));
        }
    }

    @Test
    void threat25_2_aWholeFileOfAnotherBackupIsReplayedInFormat3AndRefusedInFormat4() {
        for (String kind : new String[] {"v3-encrypted-gzip", "v4"}) {
            OuterTar original = archive(kind, 1);
            OuterTar other = archive(kind, 2);
            for (int i = 0; i < original.members().size(); i++) {
                String name = original.members().get(i).name();
                if (name.startsWith("vm4/")) {
                    original.members().set(i, other.members().get(other.indexOf(name)));
                }
            }
            assertThat(ReadBack.of(original).isGood()).as(kind).isEqualTo(!kind.equals("v4"));
        }
    }

    @Test
    void limit24_nothingIsLeftBehindInTheTemporaryDirectory() throws java.io.IOException {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        assertThat(ReadBack.of(archive("v3", 1)).isGood()).isTrue();
        assertThat(ReadBack.of(archive("v4", 1).flipped("vm4/private.img.000.enc", 500))
                        .isGood())
                .isFalse();

        try (Stream<Path> left = Files.list(parent)) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith(".qubes-backup-")))
                    .isEmpty();
        }
    }
}
