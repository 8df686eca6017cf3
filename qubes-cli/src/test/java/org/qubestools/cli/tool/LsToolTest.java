package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;

final class LsToolTest extends ToolTest {
    @Test
    void thePlainTableHasTheOriginalLayout() {
        assertPrints("qvm-ls", """
                ----------------+----+---------+-------+-------+-----------+---------------+--------+
                           name | on |   state | updbl |  type |  template |         netvm |  label |
                ----------------+----+---------+-------+-------+-----------+---------------+--------+
                         {dom0} |  * | Running |   Yes | Admin |      None |           n/a |  black |
                      {sys-net} |    |      NA |       |   Net | fedora-23 |           n/a |    red |
                 {sys-firewall} |    |      NA |       | Proxy | fedora-23 |       sys-net |  green |
                           win7 |    |      NA |   Yes |   HVM |      None | *sys-firewall | purple |
                  =>[fedora-23] |    |      NA |   Yes |   Tpl |       n/a | *sys-firewall |  black |
                           work |    |      NA |       |       | fedora-23 | *sys-firewall |   blue |
                          vault |    |      NA |       |       | fedora-23 |             - |  black |
                     [debian-8] |    |      NA |   Yes |   Tpl |       n/a | *sys-firewall |  black |
                       personal |    |      NA |       |       |  debian-8 | *sys-firewall | yellow |
                """);
    }

    @Test
    void idsAreAddedAtTheEnd() {
        assertPrints("qvm-ls -i work sys-net", """
                -----------+----+-------+-------+------+-----------+---------------+-------+-----+-----+
                      name | on | state | updbl | type |  template |         netvm | label | qid | xid |
                -----------+----+-------+-------+------+-----------+---------------+-------+-----+-----+
                 {sys-net} |    |    NA |       |  Net | fedora-23 |           n/a |   red |   2 |   - |
                      work |    |    NA |       |      | fedora-23 | *sys-firewall |  blue |   4 |   - |
                """);
    }

    @Test
    void networkTakesTheTemplateAway() {
        assertPrints("qvm-ls -n", """
                ----------------+----+---------+-------+-------+---------------+--------+-------------+------------+-------------+
                           name | on |   state | updbl |  type |         netvm |  label |          ip |    ip back | gateway/DNS |
                ----------------+----+---------+-------+-------+---------------+--------+-------------+------------+-------------+
                         {dom0} |  * | Running |   Yes | Admin |           n/a |  black |  10.137.0.2 | 10.137.0.1 |         n/a |
                      {sys-net} |    |      NA |       |   Net |           n/a |    red |        None | 10.137.1.1 |         n/a |
                 {sys-firewall} |    |      NA |       | Proxy |       sys-net |  green |  10.137.1.5 | 10.137.2.1 |  10.137.1.1 |
                           win7 |    |      NA |   Yes |   HVM | *sys-firewall | purple |  10.137.2.8 |        n/a |  10.137.2.1 |
                  =>[fedora-23] |    |      NA |   Yes |   Tpl | *sys-firewall |  black |  10.137.2.3 |        n/a |  10.137.2.1 |
                           work |    |      NA |       |       | *sys-firewall |   blue |  10.137.2.6 |        n/a |  10.137.2.1 |
                          vault |    |      NA |       |       |             - |  black |        None |        n/a |         n/a |
                     [debian-8] |    |      NA |   Yes |   Tpl | *sys-firewall |  black | 10.137.2.10 |        n/a |  10.137.2.1 |
                       personal |    |      NA |       |       | *sys-firewall | yellow | 10.137.2.11 |        n/a |  10.137.2.1 |
                """);
    }

    @Test
    void diskTakesTemplateAndNetvmAway() {
        assertPrints("qvm-ls -d dom0 work", """
                --------+----+---------+-------+-------+-------+-----------+----------+-----------+----------+------+
                   name | on |   state | updbl |  type | label | priv-curr | priv-max | root-curr | root-max | disk |
                --------+----+---------+-------+-------+-------+-----------+----------+-----------+----------+------+
                 {dom0} |  * | Running |   Yes | Admin | black |       n/a |      n/a |       n/a |      n/a |  n/a |
                   work |    |      NA |       |       |  blue |      0 MB |     2 MB |      0 MB |     3 MB | 0 MB |
                """);
    }

    @Test
    void kernelsHaveAStarIfByDefault() {
        assertPrints("qvm-ls -k dom0 work debian-8", """
                ------------+----+---------+-------+-------+-----------+---------------+-------+------------+------------------------------+
                       name | on |   state | updbl |  type |  template |         netvm | label |     kernel |                   kernelopts |
                ------------+----+---------+-------+-------+-----------+---------------+-------+------------+------------------------------+
                     {dom0} |  * | Running |   Yes | Admin |      None |           n/a | black |        n/a |                          n/a |
                       work |    |      NA |       |       | fedora-23 | *sys-firewall |  blue | *4.4.14-11 |                       *nopat |
                 [debian-8] |    |      NA |   Yes |   Tpl |       n/a | *sys-firewall | black | *4.4.14-11 | apparmor=1 security=apparmor |
                """);
    }

    @Test
    void columnsHaveOneOrderWhateverThatOfTheOptions() {
        assertPrints("qvm-ls -kbmci work", """
                ------+----+-------+-------+------+-----------+---------------+-------+-----+-----+-----+-----+-------------+------------+------------+
                 name | on | state | updbl | type |  template |         netvm | label | qid | xid | cpu | mem | last backup |     kernel | kernelopts |
                ------+----+-------+-------+------+-----------+---------------+-------+-----+-----+-----+-----+-------------+------------+------------+
                 work |    |    NA |       |      | fedora-23 | *sys-firewall |  blue |   4 |   - |   - |   - |           - | *4.4.14-11 |     *nopat |
                """);
    }

    @Test
    void formatSimple() {
        assertPrints("qvm-ls --format simple work", """
                ------+-------+------+-------+-----------+---------------+
                 name | state | type | label |  template |         netvm |
                ------+-------+------+-------+-----------+---------------+
                 work |    NA |      |  blue | fedora-23 | *sys-firewall |
                """);
    }

    @Test
    void formatNetwork() {
        assertPrints("qvm-ls -o network work", """
                ------+-------+---------------+------------+---------+-------------+
                 name | state |         netvm |         ip | ip back | gateway/DNS |
                ------+-------+---------------+------------+---------+-------------+
                 work |    NA | *sys-firewall | 10.137.2.6 |     n/a |  10.137.2.1 |
                """);
    }

    @Test
    void formatKernel() {
        assertPrints("qvm-ls -o kernel work", """
                ------+-------+------+-----------+------------+------------+
                 name | state | type |  template |     kernel | kernelopts |
                ------+-------+------+-----------+------------+------------+
                 work |    NA |      | fedora-23 | *4.4.14-11 |     *nopat |
                """);
    }

    @Test
    void formatPrefs() {
        assertPrints("qvm-ls -o prefs work", """
                ------+-------+-----------+---------------+--------+--------+-------+------------+--------------------+
                 name | label |  template |         netvm | memory | maxmem | vcpus |     kernel | include_in_backups |
                ------+-------+-----------+---------------+--------+--------+-------+------------+--------------------+
                 work |  blue | fedora-23 | *sys-firewall |    400 |   4000 |     2 | *4.4.14-11 |               True |
                """);
    }

    @Test
    void formatDisk() {
        assertPrints("qvm-ls -o disk work", """
                ------+-------+------+-----------+----------+-----------+----------+
                 name | state | disk | priv-curr | priv-max | root-curr | root-max |
                ------+-------+------+-----------+----------+-----------+----------+
                 work |    NA | 0 MB |      0 MB |     2 MB |      0 MB |     3 MB |
                """);
    }

    @Test
    void fieldsAreColumnsOrPropertiesInTheOrderGiven() {
        assertPrints("qvm-ls --fields memory,name,default-user,ip_back work", """
                --------+------+--------------+---------+
                 memory | name | default_user | ip back |
                --------+------+--------------+---------+
                    400 | work |         user |     n/a |
                """);
    }

    @Test
    void theNetworkTreeIsIndented() {
        assertPrints("qvm-ls --tree --fields name,qid", """
                -------------------+-----+
                 name              | qid |
                -------------------+-----+
                 {dom0}            |   0 |
                 {sys-net}         |   2 |
                 └─{sys-firewall}  |   3 |
                   └─=>[fedora-23] |   1 |
                   └─work          |   4 |
                   └─win7          |   6 |
                   └─[debian-8]    |   8 |
                   └─personal      |   9 |
                 vault             |   5 |
                """);
    }

    @Test
    void jsonIsTyped() {
        assertPrints("qvm-ls --json -i work", """
                {
                  "type": "vms",
                  "vms": [
                    {
                      "name": "work",
                      "on": false,
                      "state": "NA",
                      "updbl": false,
                      "type": "AppVM",
                      "template": "fedora-23",
                      "netvm": "sys-firewall",
                      "label": "blue",
                      "qid": 4,
                      "xid": null
                    }
                  ]
                }
                """);
    }

    @Test
    void theFormatsAreListed() {
        assertPrints("qvm-ls --help-formats", """
                simple: name, state, type, label, template, netvm
                network: name, state, netvm, ip, ip back, gateway/DNS
                kernel: name, state, type, template, kernel, kernelopts
                full: name, on, state, updbl, type, template, netvm, label, qid, xid, mem, last backup, ip, ip back, gateway/DNS, priv-curr, priv-max, priv-util, root-curr, root-max, root-util, disk, kernel, kernelopts
                prefs: name, label, template, netvm, memory, maxmem, vcpus, kernel, include_in_backups
                disk: name, state, disk, priv-curr, priv-max, root-curr, root-max
                """);
    }

    @Test
    void theFieldsAreListedSorted() {
        assertPrints("qvm-ls --list-fields", """
                cpu
                disk
                gateway/DNS
                ip
                ip back
                kernel
                kernelopts
                label
                last backup
                mem
                name
                name-raw
                netvm
                on
                priv-curr
                priv-max
                priv-util
                qid
                root-curr
                root-max
                root-util
                state
                template
                type
                updbl
                xid
                """);
    }

    @Test
    void rawListIsByQid() {
        assertPrints(
                "qvm-ls --raw-list", "dom0\nfedora-23\nsys-net\nsys-firewall\nwork\nvault\nwin7\ndebian-8\npersonal\n");
    }

    @Test
    void allMeansEvery() {
        assertPrints(
                "qvm-ls --raw-list --all",
                "dom0\nfedora-23\nsys-net\nsys-firewall\nwork\nvault\nwin7\ndebian-8\npersonal\n");
    }

    @Test
    void theStarMatchesAllButDom0() {
        assertPrints(
                "qvm-ls --raw-list *", "fedora-23\nsys-net\nsys-firewall\nwork\nvault\nwin7\ndebian-8\npersonal\n");
    }

    @Test
    void wildcardsAreThoseOfTheShell() {
        assertPrints("qvm-ls --raw-list s?s-[nf]* w[!o]*", "sys-net\nsys-firewall\nwin7\n");
    }

    @Test
    void numbersAreSortedByTheirValue() {
        assertPrints(
                "qvm-ls --raw-list --sort memory",
                "dom0\nsys-net\nfedora-23\nwork\nvault\ndebian-8\nsys-firewall\npersonal\nwin7\n");
    }

    @Test
    void sortedAndTurnedRound() {
        assertPrints(
                "qvm-ls --raw-list --sort memory --reverse",
                "win7\npersonal\nsys-firewall\ndebian-8\nvault\nwork\nfedora-23\nsys-net\ndom0\n");
    }

    @Test
    void reverseAloneTurnsTheQidsRound() {
        assertPrints(
                "qvm-ls --raw-list --reverse",
                "personal\ndebian-8\nwin7\nvault\nwork\nsys-firewall\nsys-net\nfedora-23\ndom0\n");
    }

    @Test
    void textsAreSortedByText() {
        assertPrints(
                "qvm-ls --raw-list --sort label --ignore-case",
                "dom0\nfedora-23\nvault\ndebian-8\nwork\nsys-firewall\nwin7\nsys-net\npersonal\n");
    }

    @Test
    void onlyOneClass() {
        assertPrints("qvm-ls --raw-list --class appvm", "work\nvault\npersonal\n");
    }

    @Test
    void onlySomeLabels() {
        assertPrints("qvm-ls --raw-list --label purple --label blue", "work\nwin7\n");
    }

    @Test
    void onlyVmsOfATemplate() {
        assertPrints("qvm-ls --raw-list --template-source debian-8", "personal\n");
    }

    @Test
    void onlyClientsOfANetvm() {
        assertPrints("qvm-ls --raw-list --netvm-is sys-firewall", "fedora-23\nwork\nwin7\ndebian-8\npersonal\n");
    }

    @Test
    void noneIsTheNetvmOfVmsWithoutOne() {
        assertPrints("qvm-ls --raw-list --netvm-is none --class AppVM", "vault\n");
        assertPrints("qvm-ls --raw-list --netvm-is= --class AppVM", "vault\n");
        assertPrints("qvm-ls --raw-list --prefs netvm=none --class AppVM", "vault\n");
        assertPrints("qvm-ls --raw-list --prefs netvm= --class AppVM", "vault\n");
    }

    @Test
    void noneIsTheTemplateOfVmsWithoutOne() {
        assertPrints("qvm-ls --raw-list --template-source= --class HVM", "win7\n");
        assertPrints("qvm-ls --raw-list --template-source None --class HVM --class AppVM", "win7\n");
    }

    @Test
    void onlyInternalOnes() {
        assertPrints("qvm-ls --raw-list --internal y", "");
    }

    @Test
    void onlyThoseNotInternal() {
        assertPrints("qvm-ls --raw-list --internal n --class AppVM", "work\nvault\npersonal\n");
    }

    @Test
    void onlyThoseWithAValue() {
        assertPrints("qvm-ls --raw-list --prefs memory=400 --prefs include_in_backups=yes", "work\nvault\n");
    }

    @Test
    void excludedOnesAreLeftOut() {
        assertPrints("qvm-ls --raw-list --class AppVM --exclude work --exclude vault", "personal\n");
        assertPrints("qvm-ls --raw-list --exclude ?o* --exclude sys-* --exclude *-?*", "dom0\nvault\nwin7\npersonal\n");
    }

    @Test
    void whoIsExcludedExists() {
        assertRefused("qvm-ls --exclude nobody", 1, "no VM has the name 'nobody'");
        assertRefused("qvm-ls --exclude zz*", 1, "no VM fits the pattern 'zz*'");
    }

    @Test
    void offlineOnlyDom0Runs() {
        assertPrints("qvm-ls --raw-list --running", "dom0\n");
    }

    @Test
    void offlineAllOthersAreHalted() {
        assertPrints("qvm-ls --raw-list --halted --class NetVM", "sys-net\n");
    }

    @Test
    void offlineNoneIsPaused() {
        assertPrints("qvm-ls --raw-list --paused", "");
    }

    @Test
    void rawDataTakesFieldsUpToTheNextOption() {
        assertPrints("qvm-ls work personal --raw-data name-raw qid --reverse", "personal|9\nwork|4\n");
    }

    @Test
    void aWordAfterRawDataThatIsNoFieldIsAVm() {
        assertPrints("qvm-ls --raw-data name-raw qid work", "work|4\n");
    }

    @Test
    void rawDataAloneTakesTheFieldsOfFields() {
        assertPrints("qvm-ls --raw-data --fields name-raw,memory work personal", "work|400\npersonal|1000\n");
    }

    @Test
    void anAbsentVmIsToldAndTheOthersAreShown() {
        Outcome outcome = tree.run("qvm-ls --raw-list work nosuch");

        assertThat(outcome)
                .isEqualTo(
                        new Outcome(
                                1,
                                "work\n",
                                "qvm-ls: no VM has the name 'nosuch'; the others are shown; 'qvm-ls --raw-list' shows all names\n"));
    }

    @Test
    void aTreeWithALoopShowsEveryVmOnce() {
        tree.write(
                "/var/lib/qubes/qubes.xml",
                ExpectedStore.small().with("sys-firewall", "netvm_qid", "3").text());

        Outcome outcome = tree.run("qvm-ls --tree --raw-data name-raw");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out().lines())
                .containsExactlyInAnyOrder(
                        "dom0",
                        "fedora-23",
                        "sys-net",
                        "sys-firewall",
                        "work",
                        "vault",
                        "win7",
                        "debian-8",
                        "personal");
        assertThat(outcome.err()).contains("netvm-loop");
    }

    @Test
    void missingFilesAreWarningsOnly() throws IOException {
        Files.delete(tree.path("/var/lib/qubes/appvms/work/private.img"));

        Outcome outcome = tree.run("qvm-ls --raw-data --fields name-raw,priv-max work");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).startsWith("work|");
        assertThat(outcome.err())
                .startsWith("qvm-ls: warning: VM 'work' has no ")
                .contains("private.img")
                .hasLineCount(1);
    }

    @Test
    void unknownNamesOfColumnsAndFiltersAreUsageErrors() {
        assertRefused("qvm-ls --fields name,bogus", USAGE, "there is no field 'bogus'");
        assertRefused("qvm-ls --raw-data bogus", USAGE, "there is no field 'bogus'");
        assertRefused("qvm-ls --sort bogus", USAGE, "there is no column 'bogus'");
        assertRefused("qvm-ls -o bogus", USAGE, "'bogus' is none of simple, network");
        assertRefused("qvm-ls --internal maybe", USAGE, "--internal takes y or n");
        assertRefused("qvm-ls --prefs memory", USAGE, "--prefs takes NAME=VALUE");
    }

    @Test
    void theStoreIsLookedAtAfterTheUsage() throws IOException {
        assertStoreComesLast("qvm-ls --sort bogus", "qvm-ls");
        assertThat(tree.run("qvm-ls --fields bogus").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-ls --internal maybe").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-ls --prefs bogus=1").code()).isEqualTo(USAGE);
    }

    @Test
    void listsOfFieldsNeedNoStore() throws IOException {
        Files.delete(tree.path("/var/lib/qubes/qubes.xml"));

        assertThat(tree.run("qvm-ls --list-fields").code()).isZero();
        assertThat(tree.run("qvm-ls --help-columns").out()).contains("priv-curr");
    }

    @Test
    void rootMayList() {
        assertThat(tree.runAsRoot("qvm-ls --raw-list work").out()).isEqualTo("work\n");
    }

    @Test
    void controlCharactersOfTheStoreAreNotPrinted() {
        tree.write(
                "/var/lib/qubes/qubes.xml",
                ExpectedStore.small()
                        .with("work", "kernelopts", "a&#x9b;31m&#xa;b")
                        .with("work", "uses_default_kernelopts", "False")
                        .text());

        assertThat(tree.run("qvm-ls --raw-data --fields kernelopts work").out()).isEqualTo("a\\x9b31m\\x0ab\n");
    }

    @Test
    void aMissingImageIsAWarningOnceAndOnlyForWhatIsListed() throws IOException {
        Files.delete(tree.path("/var/lib/qubes/appvms/vault/private.img"));

        assertThat(tree.run("qvm-ls -d --sort disk vault").err())
                .contains("VM 'vault' has no /var/lib/qubes/appvms/vault/private.img")
                .hasLineCount(1);
        assertThat(tree.run("qvm-ls -d --sort disk work").err()).isEmpty();
        assertThat(tree.run("qvm-ls --sort disk").err()).hasLineCount(1);
        Files.delete(tree.path("/var/lib/qubes/vm-templates/fedora-23/root.img"));
        assertThat(tree.run("qvm-ls -d fedora-23").err())
                .contains("VM 'fedora-23' has no /var/lib/qubes/vm-templates/fedora-23/root.img")
                .hasLineCount(1);
    }
}
