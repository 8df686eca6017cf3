package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code qvm-volume} on a small store. */
final class VolumeToolTest extends ToolTest {
    private static final String WORK = "/var/lib/qubes/appvms/work/private.img";

    @Test
    void volumesAreListedAsTheToolOfR4Does() {
        tree.write("/var/lib/qubes/vm-templates/fedora-23/root-cow.img.old", "SnAp");

        assertPrints("qvm-volume list work fedora-23:root", """
                POOL:VOLUME                              VMNAME     VOLUME_NAME  REVERT_POSSIBLE
                default:vm-templates/fedora-23/root.img  fedora-23  root         Yes
                default:vm-templates/fedora-23/root.img  work       root         No
                default:appvms/work/private.img          work       private      No
                """);
    }

    @Test
    void withoutNamesAllVolumesAreListedButThoseOfDom0() {
        assertThat(tree.run("qvm-volume").out().lines())
                .hasSize(17)
                .noneMatch(line -> line.contains("dom0"))
                .filteredOn(line -> line.contains("win7"))
                .hasSize(2);
        assertThat(tree.run("qvm-volume list").out())
                .isEqualTo(tree.run("qvm-volume ls -p default").out());
    }

    @Test
    void oneVolumeIsShown() {
        assertPrints("qvm-volume info work:private size", "2097152\n");
        assertPrints("qvm-volume info work:root source", "fedora-23:root\n");
        assertPrints("qvm-volume info work:private source", "\n");
        assertPrints("qvm-volume info fedora-23:root revert_possible", "False\n");
        assertThat(tree.run("qvm-volume info work:private").out())
                .contains("path             " + WORK + "\n", "save_on_stop     True\n", "vm               work\n");
        assertThat(tree.run("qvm-volume info --json work:private").out())
                .contains("\"type\": \"volume\"", "\"size\": 2097152", "\"source\": null");
    }

    @Test
    void aVolumeGrows() throws IOException {
        assertPrints("qvm-volume resize work:private 3M", "");
        assertThat(Files.size(tree.path(WORK))).isEqualTo(3 << 20);
        assertPrints("qvm-volume extend --dry-run work:private 4M", WORK + ": 3145728 -> 4194304 bytes\n");
        assertThat(tree.run("qvm-volume resize debian-8:root 4M").code()).isZero();
        assertThat(Files.size(tree.path("/var/lib/qubes/vm-templates/debian-8/root.img")))
                .isEqualTo(4 << 20);
    }

    @ParameterizedTest
    @CsvSource({
        "qvm-volume list nosuch, nosuch",
        "qvm-volume list -p nosuch, no storage pool 'nosuch'",
        "qvm-volume info nosuch:root, nosuch",
        "qvm-volume info dom0:root, no volume 'root'",
        "qvm-volume info work:root colour, no property 'colour'",
        "qvm-volume resize work:private 1M, never made smaller",
        "qvm-volume resize work:root 1G, root image of its template",
        "qvm-volume resize work:private 4X, is no size",
    })
    void whatCannotBeIsRefused(String commandLine, String message) {
        assertRefused(commandLine, 1, message);
    }

    @ParameterizedTest
    @CsvSource({
        "qvm-volume what",
        "qvm-volume list work:volatile",
        "qvm-volume info",
        "qvm-volume info work",
        "qvm-volume info work:private size more",
        "qvm-volume info -p default work:private",
        "qvm-volume resize work:private",
        "qvm-volume list --allow-start",
    })
    void wrongWordsAreUsageErrors(String commandLine) {
        assertRefused(commandLine, USAGE, "");
    }
}
