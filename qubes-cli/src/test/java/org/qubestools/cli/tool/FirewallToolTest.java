package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.cli.ToolRunner.Outcome;

/** {@code qvm-firewall} without a running system; the recorded cases are tried by the conformance runner. */
final class FirewallToolTest extends ToolTest {
    private static final String RULES = "/var/lib/qubes/appvms/work/firewall.xml";

    @BeforeEach
    void makeServices() throws IOException {
        Files.createDirectories(tree.path("/etc"));
        Files.writeString(
                tree.path("/etc/services"),
                "# name port\nbad line\ndomain 53/tcp\ndomain 53/udp\nhttp 80/tcp www # web\nalso80 80/tcp\nntp 123/udp\n");
        Files.delete(tree.path(RULES));
        rememberFiles();
    }

    private String rules() throws IOException {
        return Files.readString(tree.path(RULES), StandardCharsets.UTF_8);
    }

    private void rules(String text) throws IOException {
        Files.writeString(tree.path(RULES), text);
    }

    @Test
    void defaultsAreListedAsSuch() {
        assertPrints("qvm-firewall work", """
                INFO: This VM has no firewall rules set, below defaults are listed
                Firewall policy: ALLOW all traffic except
                ICMP: ALLOW
                DNS: ALLOW
                Qubes yum proxy: DENY
                -----+---------+-------+---------+
                 num | address | proto | port(s) |
                -----+---------+-------+---------+
                """);
    }

    @Test
    void theEarlySpellingOfTheRootIsNoDamage() throws IOException {
        rules("<QubesFirwallRules policy='deny'><rule address='1.2.3.4' proto='any'/></QubesFirwallRules>");

        assertThat(tree.run("qvm-clone -q work copy")).isEqualTo(new Outcome(0, "", ""));
        assertPrints("qvm-firewall work -D allow", "");

        assertThat(rules()).startsWith("<QubesFirewallRules ").contains("1.2.3.4");
        assertThat(Files.readString(tree.path("/var/lib/qubes/appvms/copy/firewall.xml")))
                .startsWith("<QubesFirewallRules ")
                .contains("1.2.3.4");
    }

    @Test
    void severalChangesInOneCall() throws IOException {
        assertPrints("qvm-firewall work -P deny -i deny -a example.org. udp domain", "");
        assertThat(tree.run(words("qvm-firewall", "work", "add", "10.0.0.0/8 tcp/22-80", "Host.x any")))
                .isEqualTo(new Outcome(0, "", ""));
        assertPrints("qvm-firewall work --before 2 -a 1.2.3.4 tcp www", "");

        assertPrints("qvm-firewall work list", """
                Firewall policy: DENY all traffic except
                ICMP: DENY
                DNS: ALLOW
                Qubes yum proxy: DENY
                -----+-------------+-------+---------+
                 num |   address   | proto | port(s) |
                -----+-------------+-------+---------+
                  1  | example.org | udp   | domain  |
                  2  | 1.2.3.4     | tcp   | http    |
                  3  | 10.0.0.0/8  | tcp   | 22-80   |
                  4  | Host.x      | any   |         |
                """);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.path(RULES))))
                .isEqualTo("rw-rw-r--");
    }

    @Test
    void rulesGoByTheirNumbersOrTexts() throws IOException {
        List<String> added =
                words("qvm-firewall", "work", "add", "A.x any", "b.x any", "c.x any", "d.x tcp 80", "e.x any");
        assertThat(tree.run(added).code()).isZero();

        assertPrints("qvm-firewall --raw work", "A.x any\nb.x any\nc.x any\nd.x tcp 80\ne.x any\n");
        assertPrints("qvm-firewall work -d a.X any", "");
        assertPrints("qvm-firewall work -d 2 4", "");
        assertPrints("qvm-firewall --raw work", "b.x any\nd.x tcp 80\n");
        assertPrints("qvm-firewall work del d.x tcp http", "");
        assertPrints("qvm-firewall --raw work", "b.x any\n");
        assertPrints("qvm-firewall work -d b.x any", "");
        assertPrints("qvm-firewall --raw work", "");
    }

    @Test
    void aRuleThatExpiresGoesByItsTextToo() throws IOException {
        rules("<QubesFirewallRules policy='deny'><rule address='a.x' proto='any' expire='999999999999999999'/>"
                + "</QubesFirewallRules>");
        assertThat(tree.run("qvm-firewall -l work").out()).contains("<-- expires at 999999999999999999");

        rules("<QubesFirewallRules policy='deny'><rule address='a.x' proto='any' expire='4102444800'/>"
                + "<rule address='b.x' proto='any' expire='1000'/></QubesFirewallRules>");

        assertThat(tree.run("qvm-firewall -n work").out())
                .contains("  1  | a.x     | any   |         | <-- expires at 2100-01-01 00:00:00\n")
                .doesNotContain("b.x");
        assertPrints("qvm-firewall work -d a.x any", "");
        assertThat(rules()).doesNotContain("rule ");
    }

    @ParameterizedTest
    @CsvSource({
        "-a example.org tcp, ports are missing",
        "-a example.org any 80, any takes no ports",
        "-a example.org icmp 1, no protocol",
        "-a bad_host! any, no address and no name of a host",
        "-a x-.org any, no address and no name of a host",
        "-a a..b any, no address and no name",
        "-a 300.1.1.1 any, IPv4 address",
        "-a 1.2.3 any, IPv4 address",
        "-a example.com/24 any, is no network",
        "-a 10.0.0.1/33 any, is no network",
        "-a 10.0.0.1 tcp 0, are no ports",
        "-a 10.0.0.1 tcp 65536, are no ports",
        "-a 10.0.0.1 tcp 80-22, are no ports",
        "-a 10.0.0.1 tcp nosuch, are no ports",
        "-a 10.0.0.1, an address, a protocol and ports",
        "-d 1, there is no rule 1",
        "-d 10.0.0.1 any, there is no rule '10.0.0.1 any'",
        "--before 7 -a 10.0.0.1 any, there is no rule 7",
        "-P maybe, takes 'allow' or 'deny'",
    })
    void whatIsNoChangeIsRefused(String words, String message) {
        assertRefused("qvm-firewall work " + words, 1, message);
    }

    @Test
    void aDamagedFileIsNotTakenForTheDefaults() throws IOException {
        rules("<broken");
        for (String words : words("", " -P allow", " -a a.x any", " --export", " --raw")) {
            Outcome outcome = tree.run("qvm-firewall work" + words);
            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.err()).contains(RULES);
            assertThat(rules()).isEqualTo("<broken");
        }

        assertPrints("qvm-firewall work --reset", "");
        assertThat(tree.path(RULES)).doesNotExist();
    }

    @Test
    void theServiceForUpdatesFollows() throws IOException {
        assertPrints("qvm-firewall work -Y allow", "");
        assertThat(ExpectedStore.of(tree.store()).value("work", "services")).contains("'yum-proxy-setup': True");
        assertPrints("qvm-firewall work reset", "");
        assertThat(tree.store()).isEqualTo(ExpectedStore.small().text());
    }

    @Test
    void whatIsExportedCanBeImported() throws IOException {
        rules("<QubesFirewallRules policy='deny' dns='allow'><rule address='10.0.0.0' netmask='8' proto='tcp' port='22'"
                + " toport='80' expire='4102444800'/><rule address='a.x' proto='any'/></QubesFirewallRules>");
        assertPrints("qvm-firewall work -i allow", "");
        String before = rules();
        Outcome exported = tree.run("qvm-firewall --export work");
        Path file = tree.path("/rules.json");
        Files.writeString(file, exported.out());
        assertPrints("qvm-firewall work --reset", "");

        assertPrints("qvm-firewall work --import " + file, "");

        assertThat(rules()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|'policy' is missing",
                "[]|an object belongs",
                "{'policy':'deny'}|'rules' is missing",
                "{'policy':'deny','rules':[{}]}|'address' is missing",
                "{'policy':'deny','rules':[{'address':'a_','proto':'tcp','first_port':70000}]}|'first_port'",
                "{'policy':'deny','rules':[{'address':'!','proto':'any'}]}|something else than an IPv4 address",
                "{'policy':'deny','policy':'allow','rules':[]}|line 1",
                "{'policy':'deny','dns':1,'rules':[]}|'dns'",
                "{'policy':'deny','rules':[]}{}|goes on behind its end",
                "{'policy'|line 1",
            })
    void whatIsNoFirewallIsNotImported(String json, String message) throws IOException {
        Path file = tree.path("/rules.json");
        Files.writeString(file, json.replace('\'', '"'));

        Outcome outcome = tree.run("qvm-firewall work --import " + file);

        assertThat(outcome.err()).contains(message).hasLineCount(1);
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(tree.path(RULES)).doesNotExist();
    }

    @Test
    void nothingThatWasAskedForIsLeftOut() throws IOException {
        assertThat(tree.run("qvm-firewall work -P deny --reset").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-firewall work -P deny reset").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-firewall work -P deny --export").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-firewall work -P deny -l").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-firewall work -r --dry-run").code()).isEqualTo(USAGE);
        assertNothingChanged();

        assertPrints("qvm-firewall work -a reset any", "");
        assertPrints("qvm-firewall --raw work", "reset any\n");
    }

    @Test
    void aDryRunChangesNothing() throws IOException {
        Outcome outcome = tree.run("qvm-firewall work --dry-run -Y allow");

        assertThat(outcome.out()).contains("yum-proxy-setup", "firewall.xml");
        assertThat(outcome.code()).isZero();
        assertNothingChanged();
    }

    @Test
    void checksComeInTheirOrder() throws IOException {
        assertThat(tree.run("qvm-firewall").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-firewall work -a").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-firewall work -l -a a.x any").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-firewall work --before 1 -d 1").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-firewall nosuch").code()).isEqualTo(1);
        assertThat(tree.run("qvm-firewall dom0 -P deny").code()).isEqualTo(1);
        assertOrderOfChecks("qvm-firewall", "qvm-firewall work");
        assertStoreComesLast("qvm-firewall", "qvm-firewall work");
    }

    @Test
    void whatOriginalsStoredIsDeletedByTheTextOfTheRawList() {
        tree.write("/var/lib/qubes/appvms/work/firewall.xml", """
                <QubesFirewallRules policy="deny" dns="allow" icmp="allow">
                <rule address="1.2.3.4" proto="any" port="80"/>
                <rule address="a_b" proto="tcp" port="80"/>
                <rule address="1.2.3.4" proto="tcp"/>
                <rule address="h.x." proto="any"/>
                <rule address="h.x" proto="any"/>
                <rule address="last.example" proto="udp" port="53"/>
                </QubesFirewallRules>
                """);
        List<String> raw = tree.run("qvm-firewall --raw work").out().lines().toList();
        assertThat(raw).hasSize(6).contains("1.2.3.4 any 80", "a_b tcp 80", "1.2.3.4 tcp", "h.x. any", "h.x any");

        for (int i = 0; i < 5; i++) {
            assertPrints("qvm-firewall work -d " + raw.get(i), "");
            assertPrints("qvm-firewall --raw work", String.join("\n", raw.subList(i + 1, 6)) + "\n");
        }
        assertPrints("qvm-firewall work -d last.example udp/53", "");
    }

    @Test
    void anImportedRuleDoesNotOpenEveryPort() {
        for (String rule : List.of(
                "\"proto\": \"tcp\"",
                "\"proto\": \"udp\", \"first_port\": 0",
                "\"proto\": \"tcp\", \"last_port\": 90",
                "\"proto\": \"any\", \"last_port\": 90")) {
            tree.write("/rules.json", "{\"policy\": \"deny\", \"rules\": [{\"address\": \"1.2.3.4\", " + rule + "}]}");
            Outcome outcome = tree.run("qvm-firewall work --import " + tree.path("/rules.json"));
            assertThat(outcome.code()).as(rule).isEqualTo(1);
            assertThat(outcome.err())
                    .contains("'first_port' is missing or wrong")
                    .hasLineCount(1);
        }
        assertThat(tree.exists("/var/lib/qubes/appvms/work/firewall.xml")).isFalse();
    }
}
