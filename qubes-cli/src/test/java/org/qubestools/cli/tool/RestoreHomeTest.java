package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;

/** The home of the dom0 user. */
final class RestoreHomeTest {
    private static final String ASIDE = "/home/user/home-pre-restore-2016-03-01-120000";

    @TempDir
    private Path directory;

    private RestoreTree host;
    private StoreTree tree;
    private List<String> before;

    @BeforeEach
    void makeTree() {
        host = new RestoreTree(directory);
        tree = host.tree;
        before = tree.files();
    }

    @Test
    void whatItReplacesIsMovedAside() throws IOException {
        Files.createSymbolicLink(tree.path("/home/user/link-plain"), Path.of("gone"));

        Outcome outcome = host.restore("v3-plain", "dom0");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("files of the home that are replaced are in " + ASIDE + " now");
        assertThat(tree.read("/home/user/notes.txt")).isNotEqualTo("old\n");
        assertThat(tree.read(ASIDE + "/notes.txt")).isEqualTo("old\n");
        assertThat(Files.readSymbolicLink(tree.path(ASIDE + "/link-plain"))).isEqualTo(Path.of("gone"));
        assertThat(tree.read("/home/user/mine")).isEqualTo("mine\n");
        assertThat(Files.readSymbolicLink(tree.path("/home/user/link-username")))
                .isEqualTo(Path.of("user-data/file"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.path("/home/user/Private"))))
                .isEqualTo("rwx------");
        assertThat(tree.files()).noneMatch(file -> file.contains(".qvm-restore-"));
    }

    @Test
    void itGoesToANewDirectoryOnRequest() {
        Path target = directory.resolve("elsewhere");

        Outcome outcome = host.restore("v3-plain", "dom0 --home-to " + target);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(target.resolve("notes.txt")).exists();
        assertThat(target.resolve("emptydir")).isDirectory();
        assertThat(tree.files()).isEqualTo(before);
    }

    @Test
    void aDirectoryThatHoldsSomethingIsRefused() throws IOException {
        Path target = Files.createDirectory(directory.resolve("elsewhere"));
        Files.writeString(target.resolve("x"), "x");

        Outcome outcome = host.restore("v3-plain", "dom0 --home-to " + target);

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("exists and is no empty directory");
        assertThat(tree.files()).isEqualTo(before);
    }

    @Test
    void aHomeOfAnotherUserNeedsAnOption() {
        tree.write("/etc/group", "qubes:x:" + tree.read("/etc/group").split(":", -1)[2] + ":anna\n");
        host.user("anna");
        tree.write("/home/anna/mine", "mine\n");
        before = tree.files();

        Outcome refused = host.restore("v3-plain", "dom0");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("is of user 'user', that of this dom0 is 'anna'");
        assertThat(tree.files()).isEqualTo(before);

        Outcome outcome = host.restore("v3-plain", "dom0 --ignore-username-mismatch");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(tree.exists("/home/anna/notes.txt")).isTrue();
        assertThat(tree.read("/home/user/notes.txt")).isEqualTo("old\n");
    }

    @Test
    void moreThanOneHomeOfFormat1MattersOnlyWhereTheHomeIsWanted() throws IOException {
        Path backup = Files.createDirectories(directory.resolve("v1/vm-templates/tpl"))
                .getParent()
                .getParent();
        Files.writeString(
                backup.resolve("qubes.xml"),
                "<QubesVmCollection><QubesTemplateVm qid='1' name='tpl' label='red'/></QubesVmCollection>");
        Files.writeString(backup.resolve("vm-templates/tpl/private.img"), "x");
        Files.writeString(backup.resolve("vm-templates/tpl/root.img"), "x");
        Files.createDirectories(backup.resolve("dom0-home/user"));
        Files.createDirectories(backup.resolve("dom0-home/anna"));

        Outcome without = host.restore(backup, "--skip-dom0-home");
        assertThat(without.code()).as(without.err()).isZero();
        assertThat(host.vms()).containsExactly("tpl");

        Outcome with = host.restore(backup, "dom0");
        assertThat(with.code()).isNotZero();
        assertThat(with.err()).contains("the backup holds 2 homes of dom0 users, not one");
        assertThat(tree.read("/home/user/notes.txt")).isEqualTo("old\n");
    }

    @Test
    void aDamagedHomeTouchesNothingInTheRealOne() {
        Path damaged = host.damaged("v3-plain", "dom0-home/user.000", false);

        Outcome outcome = host.restore(damaged, "--ignore-missing");

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(tree.read("/home/user/notes.txt")).isEqualTo("old\n");
        assertThat(Files.exists(tree.path(ASIDE), LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(host.vms()).containsExactlyInAnyOrder("fedora-23", "work", "personal");
    }
}
