package org.qubestools.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.fixtures.Fixtures;

/**
 * Trees damaged in random ways, and with every damaged store of the fixtures: repaired or refused, nothing deleted,
 * never worse.
 */
final class DamagedTreesTest {
    private static final int TREES = 200;
    private static final int LOST = 10;
    private static final Pattern ATTRIBUTE = Pattern.compile(" ([a-z_]+)=\"([^\"]*)\"");
    private static final List<String> GARBAGE = List.of(
            "",
            "none",
            "None",
            "-1",
            "0",
            "7",
            "254",
            "yes",
            "True",
            "../x",
            "a b",
            "[",
            "{'a': 2}",
            "vm-4",
            "99999999");

    @TempDir
    private Path directory;

    @Test
    void treesDamagedAtRandomAreRepairedOrRefusedAndNeverWorse() throws IOException {
        int mended = 0;
        for (int seed = 0; seed < TREES; seed++) {
            RepairTree tree = RepairTree.of(directory.resolve("tree-" + seed), 9);
            Random random = new Random(seed);
            if (random.nextInt(3) > 0) {
                tree.write("/var/lib/qubes/backup/qubes-2016-01-01-00:00:00.xml", tree.bytes(RepairTree.STORE));
            }
            int damages = 1 + random.nextInt(4);
            for (int i = 0; i < damages; i++) {
                damage(tree, random);
            }
            mended += isMended(tree, "seed " + seed) ? 1 : 0;
        }

        assertThat(mended).as("trees in which something was mended").isGreaterThan(TREES / 3);
    }

    @Test
    void everyDamagedStoreOfTheFixturesIsRepairedOrRefusedAndNeverWorse() throws IOException {
        Path fixtures = Files.createDirectory(directory.resolve("fixtures"));
        Fixtures.extract("qubes-xml/broken", fixtures);
        List<Path> files;
        try (var all = Files.list(fixtures)) {
            files = all.filter(file -> file.toString().contains(".xml"))
                    .sorted()
                    .toList();
        }
        assertThat(files).hasSizeGreaterThan(55);
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            RepairTree tree = RepairTree.of(directory.resolve("tree-" + name), 4);
            tree.write(RepairTree.STORE, content(file));
            isMended(tree, name);
        }
    }

    private static byte[] content(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (!file.toString().endsWith(".gz")) {
            return bytes;
        }
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        }
    }

    /** Repairs the tree and holds the outcome to what is promised; true if it is better than it was. */
    private static boolean isMended(RepairTree tree, String what) {
        byte[] store = tree.exists(RepairTree.STORE) ? tree.bytes(RepairTree.STORE) : new byte[0];
        Map<String, Integer> before = tree.content();
        Outcome first = tree.run("qubes-store check --json");
        assertThat(first.code()).as("%s: %s", what, first.err()).isIn(0, 1, LOST);
        assertThat(tree.content()).as("%s: check changes nothing", what).isEqualTo(before);
        Outcome shown = tree.run("qubes-store repair");
        assertThat(shown.code()).as("%s: %s", what, shown.err()).isEqualTo(first.code());
        assertThat(tree.content()).as("%s: showing changes nothing", what).isEqualTo(before);

        Outcome repair = tree.run("qubes-store repair --yes");

        assertThat(repair.code()).as("%s: %s", what, repair.err()).isIn(0, 1, LOST);
        nothingDeleted(tree, before, store, what);
        Outcome second = tree.run("qubes-store check --json");
        if (first.code() == LOST) {
            return second.code() != LOST;
        }
        assertThat(problems(second)).as("%s: %s", what, second.out()).isLessThanOrEqualTo(problems(first));
        byte[] after = tree.bytes(RepairTree.STORE);
        tree.run("qubes-store repair --yes");
        assertThat(tree.bytes(RepairTree.STORE)).as("%s: a second repair", what).isEqualTo(after);
        return problems(second) < problems(first);
    }

    private static int problems(Outcome check) {
        Matcher matcher = Pattern.compile("\"problems\": (\\d+)").matcher(check.out());
        assertThat(matcher.find()).as(check.out()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    /** Every file is what it was, but the store; of that, if it was replaced as a whole, there is a copy. */
    private static void nothingDeleted(RepairTree tree, Map<String, Integer> before, byte[] store, String what) {
        Map<String, Integer> after = tree.content();
        String storePath = tree.path(RepairTree.STORE).toString();
        for (Map.Entry<String, Integer> entry : before.entrySet()) {
            if (!entry.getKey().equals(storePath)) {
                assertThat(after).as(what).containsEntry(entry.getKey(), entry.getValue());
            }
        }
        boolean replaced = before.containsKey(storePath) && !Arrays.equals(store, tree.bytes(RepairTree.STORE));
        if (replaced && tree.run("qubes-store dump " + storePath).code() != 0) {
            assertThat(after.values()).as(what).contains(Arrays.hashCode(store));
        }
    }

    private static void damage(RepairTree tree, Random random) throws IOException {
        String vm = "/var/lib/qubes/appvms/vm-" + (4 + random.nextInt(6));
        switch (random.nextInt(14)) {
            case 0, 1, 2, 3, 4 -> value(tree, random);
            case 5 -> line(tree, random, true);
            case 6 -> line(tree, random, false);
            case 7 -> cut(tree, random);
            case 8 -> {
                if (tree.exists(vm)) {
                    tree.move(vm, random.nextBoolean() ? vm + "-away" : "/away" + random.nextInt(1000));
                }
            }
            case 9 -> Files.deleteIfExists(tree.path(vm + "/private.img"));
            case 10 -> {
                if (tree.exists(vm)) {
                    tree.link(vm + "/icon.png", "/nowhere");
                }
            }
            case 11 -> {
                if (tree.exists(vm)) {
                    tree.mode(vm, random.nextInt(01000) | 0700);
                }
            }
            case 12 -> tree.write("/var/lib/qubes/appvms/.qvm-new-0123456789abcdef-0/private.img", "x");
            default -> {
                if (random.nextInt(3) == 0) {
                    Files.deleteIfExists(tree.path(RepairTree.STORE));
                } else {
                    tree.directory("/var/lib/qubes/servicevms/found" + random.nextInt(3), "green", false);
                }
            }
        }
    }

    private static String store(RepairTree tree) {
        return tree.exists(RepairTree.STORE) ? tree.store() : "";
    }

    /** Another text in the place of some attribute's. */
    private static void value(RepairTree tree, Random random) {
        String text = store(tree);
        List<int[]> values = new ArrayList<>();
        Matcher matcher = ATTRIBUTE.matcher(text);
        while (matcher.find()) {
            values.add(new int[] {matcher.start(2), matcher.end(2)});
        }
        if (!values.isEmpty()) {
            int[] at = values.get(random.nextInt(values.size()));
            String garbage = GARBAGE.get(random.nextInt(GARBAGE.size()));
            tree.write(RepairTree.STORE, text.substring(0, at[0]) + garbage + text.substring(at[1]));
        }
    }

    /** A line twice, or not at all. */
    private static void line(RepairTree tree, Random random, boolean twice) {
        List<String> lines = new ArrayList<>(store(tree).lines().toList());
        if (lines.size() > 2) {
            int at = 1 + random.nextInt(lines.size() - 2);
            if (twice) {
                lines.add(at, lines.get(at));
            } else {
                lines.remove(at);
            }
            tree.write(RepairTree.STORE, String.join("\n", lines) + "\n");
        }
    }

    /** The end is lost, or some byte in the middle is another one. */
    private static void cut(RepairTree tree, Random random) {
        byte[] bytes = store(tree).getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            return;
        }
        int at = random.nextInt(bytes.length);
        if (random.nextBoolean()) {
            tree.write(RepairTree.STORE, Arrays.copyOf(bytes, at));
        } else {
            bytes[at] = (byte) random.nextInt(256);
            tree.write(RepairTree.STORE, bytes);
        }
    }
}
