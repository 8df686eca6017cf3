package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.cli.ToolRunner.Outcome;

/** {@code qvm-pool} on a small store. */
final class PoolToolTest extends ToolTest {
    private static final String CONF = "/etc/qubes/storage.conf";
    private static final String POOLS = """
            # where VMs are
            [default]
            driver=xen

            [ssd]
            driver=xen
            dir_path=/srv/ssd   ; fast
            color = green

            # slow but large
            [archive]
            class = qubes.storage.xen.XenPool
            driver = xen
            dir_path: /srv/old
            dir_path = /srv/archive
            """;

    @BeforeEach
    void makePools() {
        tree.write(CONF, POOLS);
        rememberFiles();
    }

    @Test
    void poolsAreListed() {
        String listed = """
                NAME     DRIVER                     DIR_PATH
                default  xen                        /var/lib/qubes
                ssd      xen                        /srv/ssd
                archive  qubes.storage.xen.XenPool  /srv/archive
                """;
        assertPrints("qvm-pool", listed);
        assertPrints("qvm-pool list", listed);
        assertPrints("qvm-pool ls", listed);
    }

    @Test
    void withoutAFileThereIsTheDefaultPool() throws Exception {
        Files.delete(tree.path(CONF));

        assertPrints("qvm-pool", "NAME     DRIVER  DIR_PATH\ndefault  xen     /var/lib/qubes\n");
    }

    @Test
    void aPoolThatCannotBeUsedIsNamed() {
        tree.append(CONF, "[odd]\ndir_path = some/where\n");

        Outcome outcome = tree.run("qvm-pool list");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).doesNotContain("odd");
        assertThat(outcome.err()).contains("'odd'").hasLineCount(1);
    }

    @Test
    void onePoolIsShownWithItsRoomAndItsVms() throws Exception {
        assertThat(tree.run("qvm-pool info default").out())
                .contains("name      default\n", "dir_path  /var/lib/qubes\n", "vms       fedora-23 sys-net ")
                .containsPattern("size      [0-9]+\nfree      [0-9]+\n");
        assertPrints(
                "qvm-pool info ssd",
                "name      ssd\ndriver    xen\ndir_path  /srv/ssd\nvms\nsize      -\nfree      -\n");
        assertThat(tree.run("qvm-pool --json info ssd").out())
                .contains("\"type\": \"pool\"", "\"vms\": []", "\"size\": null");
    }

    @Test
    void aNewPoolComesToTheEndAndGetsItsDirectory() {
        assertPrints("qvm-pool add big -o dir_path=/srv/big/", "");

        assertThat(tree.read(CONF)).isEqualTo(POOLS + "\n[big]\ndriver = xen\ndir_path = /srv/big\n");
        assertThat(tree.path("/srv/big")).isDirectory();
        assertPrints("qvm-create -q -l red -P big new", "");
        assertThat(tree.path("/srv/big/appvms/new/private.img")).exists();
        Outcome refused = tree.run("qvm-pool remove big");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("in use by new").hasLineCount(1);
    }

    @Test
    void aPoolThatWasAddedGoesWithoutATrace() {
        assertPrints("qvm-pool add big -o dir_path=/srv/big", "");
        assertPrints("qvm-pool remove big", "");

        assertThat(tree.read(CONF)).isEqualTo(POOLS);
    }

    @Test
    void theFirstPoolMakesTheFile() throws Exception {
        Files.delete(tree.path(CONF));

        assertPrints("qvm-pool add ssd xen --option dir_path=/srv/ssd", "");

        assertThat(tree.read(CONF)).isEqualTo("[ssd]\ndriver = xen\ndir_path = /srv/ssd\n");
    }

    @Test
    void aPoolMovesInTheLineThatCounts() {
        assertPrints("qvm-pool set archive -o dir_path=/srv/new", "");

        assertThat(tree.read(CONF)).isEqualTo(POOLS.replace("dir_path = /srv/archive", "dir_path = /srv/new"));
    }

    @Test
    void aRemovedPoolTakesNothingElseAlong() {
        assertPrints("qvm-pool remove ssd", "");

        String section = "[ssd]\ndriver=xen\ndir_path=/srv/ssd   ; fast\ncolor = green\n";
        assertThat(tree.read(CONF)).isEqualTo(POOLS.replace(section, ""));
        assertPrints("qvm-pool rm archive", "");
        assertThat(tree.read(CONF)).isEqualTo("# where VMs are\n[default]\ndriver=xen\n\n\n# slow but large\n");
    }

    @Test
    void aDryRunChangesNothing() {
        Outcome outcome = tree.run("qvm-pool add --dry-run big -o dir_path=/srv/big");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).contains("make directory /srv/big\n", "/etc/qubes/storage.conf");
        assertNothingChanged();
        assertThat(tree.read(CONF)).isEqualTo(POOLS);
    }

    @ParameterizedTest
    @CsvSource({
        "qvm-pool info nosuch, no storage pool 'nosuch'",
        "qvm-pool remove nosuch, no storage pool 'nosuch'",
        "qvm-pool remove ssd nosuch, no storage pool 'nosuch'",
        "qvm-pool remove default, stays as it is",
        "qvm-pool set default -o dir_path=/srv/x, stays as it is",
        "qvm-pool add ssd -o dir_path=/srv/x, already",
        "qvm-pool add default -o dir_path=/srv/x, there is a pool 'default' already",
        "qvm-pool add Default -o dir_path=/srv/x, cannot be the name",
        "qvm-pool add [x] -o dir_path=/srv/x, cannot be the name",
        "qvm-pool add big -o dir_path=srv/x, cannot be the directory",
        "qvm-pool add big -o dir_path=/srv/../etc, cannot be the directory",
        "qvm-pool add big -o dir_path=/srv/50%, cannot be the directory",
        "qvm-pool add big -o dir_path=/srv/./x, cannot be the directory",
        "qvm-pool add big -o dir_path=/srv/x/., cannot be the directory",
        "qvm-pool add big -o dir_path=/, cannot be the directory",
    })
    void whatCannotBeIsRefused(String commandLine, String message) {
        assertRefused(commandLine, 1, message);
    }

    @ParameterizedTest
    @CsvSource({
        "qvm-pool what",
        "qvm-pool list ssd",
        "qvm-pool info",
        "qvm-pool add",
        "qvm-pool add big",
        "qvm-pool add big lvm -o dir_path=/srv/x",
        "qvm-pool add big -o size=3",
        "qvm-pool set ssd",
        "qvm-pool remove",
        "qvm-pool remove ssd -o dir_path=/srv/x",
    })
    void wrongWordsAreUsageErrors(String commandLine) {
        assertRefused(commandLine, USAGE, "");
    }
}
