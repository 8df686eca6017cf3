package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.format.FirewallXml.Translated;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.xml.XmlElement;
import org.qubestools.core.xml.XmlText;

class FirewallXmlTest {
    private static final String DENY_EVERYTHING =
            "<QubesFirewallRules policy=\"deny\" dns=\"deny\" icmp=\"deny\" yumProxy=\"deny\"/>\n";
    private static final String LAST = rule("action=drop");

    /** A rule of R4: {@code name=value name=value}. */
    private static String rule(String properties) {
        StringBuilder rule = new StringBuilder("<rule><properties>");
        for (String property : properties.split(" ", -1)) {
            int equals = property.indexOf('=');
            rule.append("<property name='")
                    .append(property, 0, equals)
                    .append("'>")
                    .append(property.substring(equals + 1))
                    .append("</property>");
        }
        return rule.append("</properties></rule>").toString();
    }

    private static Translated fromR4(String... rules) {
        String xml = "<firewall version='2'><rules>" + String.join("", rules) + "</rules></firewall>";
        return FirewallXml.toR3("firewall.xml", BackupXml.utf8(xml));
    }

    private static Translated fromR3(String flags, String... rules) {
        String xml = "<QubesFirewallRules " + flags + ">" + String.join("", rules) + "</QubesFirewallRules>";
        return FirewallXml.toR4("firewall.xml", BackupXml.utf8(xml));
    }

    @Test
    void theEarlySpellingOfR3sRootIsNoDamage() {
        String early = "<QubesFirwallRules policy='deny'><rule address='1.2.3.4' proto='any'/></QubesFirwallRules>";

        assertThat(FirewallXml.toR4("firewall.xml", BackupXml.utf8(early)).xml())
                .contains("1.2.3.4");
        assertThat(FirewallXml.toR3("firewall.xml", BackupXml.utf8(early)).xml())
                .contains("1.2.3.4");
    }

    @Test
    void theSampleIsWrittenAsInTheBackup() {
        XmlElement r3 = BackupXml.tree(BackupXml.bytes("v4-from-r3.xml"))
                .grandchildren("domains", "domain")
                .get(4)
                .grandchildren("qubes-r3", "QubesFirewallRules")
                .get(0);

        Translated r4 = FirewallXml.toR4("firewall.xml", BackupXml.utf8(XmlText.of(r3)));

        assertThat(r4.xml()).isEqualTo(BackupXml.text("v4-from-r3-work-firewall.xml"));
        assertThat(r4.remarks()).isEmpty();
    }

    @Test
    void theSampleOfR4IsRead() {
        Translated r3 = FirewallXml.toR3("firewall.xml", BackupXml.bytes("v4-gzip-work-firewall.xml"));

        assertThat(r3.xml()).isEqualTo("""
                <QubesFirewallRules policy="deny" dns="deny" icmp="deny" yumProxy="deny">
                  <rule address="10.20.30.0" proto="tcp" netmask="24" port="443"/>
                </QubesFirewallRules>
                """);
        assertThat(r3.remarks()).isEmpty();
    }

    @Test
    void expireGoesOver() {
        Translated r4 = FirewallXml.toR4("firewall.xml", BackupXml.bytes("v1-directory-work-firewall.xml"));
        Translated back = FirewallXml.toR3("firewall.xml", BackupXml.utf8(r4.xml()));

        assertThat(r4.xml()).contains("<property name=\"expire\">1999999999</property>");
        assertThat(back.xml()).contains("<rule address=\"192.0.2.7\" proto=\"any\" expire=\"1999999999\"/>");
    }

    @Test
    void rulesOfAPermissivePolicyAreDropped() {
        Translated r4 = fromR3(
                "policy='allow' dns='allow' icmp='deny'",
                "<rule address='0.0.0.0' netmask='0' proto='udp' port='53'/>");

        assertThat(r4.xml().replaceAll("\\s*\n\\s*", ""))
                .endsWith("<rule><properties><property name=\"action\">drop</property>"
                        + "<property name=\"dsthost\">0.0.0.0/0</property><property name=\"proto\">udp</property>"
                        + "<property name=\"dstports\">53</property></properties></rule>"
                        + "<rule><properties><property name=\"action\">accept</property></properties></rule>"
                        + "</rules></firewall>");
    }

    @Test
    void portsOfAnyProtocolAreThoseOfTcpAndUdp() {
        Translated r4 = fromR3("policy='deny'", "<rule address='192.0.2.1' proto='any' port='53'/>");

        assertThat(FirewallXml.toR3("", BackupXml.utf8(r4.xml())).xml())
                .contains("proto=\"tcp\" port=\"53\"")
                .contains("proto=\"udp\" port=\"53\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<rule proto='any'/>",
                "<rule address='fe80::1'/>",
                "<rule address='192.0.2.256'/>",
                "<rule address='192.0.2.010'/>",
                "<rule address='example.org' netmask='24'/>",
                "<rule address='192.0.2.1' netmask='255.255.255.0'/>",
                "<rule address='192.0.2.1' proto='sctp'/>",
                "<rule address='192.0.2.1' port='65536'/>",
                "<rule address='192.0.2.1' expire='soon'/>",
                "<rule address='192.0.2.1 -j ACCEPT'/>",
            })
    void aRuleThatR4CannotHoldDeniesEverything(String rule) {
        Translated r4 = fromR3("policy='allow' dns='allow' icmp='allow'", rule);

        assertThat(r4.xml()).doesNotContain("accept");
        assertThat(r4.remarks()).singleElement().asString().startsWith("its firewall denies everything now");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<a/>", "<QubesFirewallRules>", "<firewall version='2'/>"})
    void aDamagedFileOfThisSystemIsRefused(String xml) {
        assertThatThrownBy(() -> FirewallXml.toR4("/x/firewall.xml", BackupXml.utf8(xml)))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                .hasMessageStartingWith("/x/firewall.xml: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<a/>", "<firewall>"})
    void aDamagedFileOfABackupIsRefused(String xml) {
        assertThatThrownBy(() -> FirewallXml.toR3("firewall.xml", BackupXml.utf8(xml)))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT_BACKUP));
    }

    @Test
    void theDefaultOfR4AllowsEverything() {
        assertThat(fromR4(rule("action=accept")).xml())
                .isEqualTo("<QubesFirewallRules policy=\"allow\" dns=\"allow\" icmp=\"allow\" yumProxy=\"deny\"/>\n");
    }

    @Test
    void anEndOfPortsThatIsNotAboveTheirBeginningIsDropped() {
        Translated r4 = fromR3("policy='deny'", "<rule address='192.0.2.1' port='5' toport='4'/>");

        assertThat(r4.xml()).contains("<property name=\"dstports\">5</property>");
        assertThat(r4.remarks()).isEmpty();
    }

    @Test
    void aListWithoutALastWordDenies() {
        assertThat(fromR4(rule("action=accept specialtarget=dns")).xml())
                .isEqualTo("<QubesFirewallRules policy=\"deny\" dns=\"allow\" icmp=\"deny\" yumProxy=\"deny\"/>\n");
    }

    @Test
    void aRuleWithoutAHostIsForAll() {
        assertThat(fromR4(rule("action=accept proto=tcp dstports=80-81"), LAST).xml())
                .contains("<rule address=\"0.0.0.0\" proto=\"tcp\" netmask=\"0\" port=\"80\" toport=\"81\"/>");
    }

    @Test
    void commentsAreNamed() {
        Translated r3 = fromR4(rule("action=accept dsthost=example.org comment=mail"), LAST);

        assertThat(r3.xml()).contains("example.org").doesNotContain("mail");
        assertThat(r3.remarks()).containsExactly("the comments of its firewall rules are not kept");
    }

    @Test
    void aFileThatR4LeftInTheOldFormIsAccepted() {
        byte[] old = BackupXml.bytes("v1-directory-work-firewall.xml");

        assertThat(BackupXml.canonical(
                        BackupXml.utf8(FirewallXml.toR3("firewall.xml", old).xml())))
                .isEqualTo(BackupXml.canonical(old));
    }

    @ParameterizedTest
    @CsvSource({
        "action=drop dsthost=192.0.2.1, action=drop",
        "action=accept dsthost=192.0.2.1, action=accept",
        "action=accept, action=accept dsthost=192.0.2.1",
        "action=forward dsthost=192.0.2.1, action=drop",
        "dsthost=192.0.2.1, action=drop",
        "action=accept dsthost=fe80::1/64, action=drop",
        "action=accept dsthost=192.0.2.1/33, action=drop",
        "action=accept dsthost=192.0.2.1/, action=drop",
        "action=accept dst6=fe80::1, action=drop",
        "action=accept proto=icmp icmptype=8, action=drop",
        "action=accept dstports=22, action=drop",
        "action=accept proto=tcp dstports=0-65535, action=drop",
        "action=accept proto=tcp dstports=22-, action=drop",
        "action=accept proto=tcp dstports=1-2-3, action=drop",
        "action=accept proto=sctp, action=drop",
        "action=accept specialtarget=dns proto=udp, action=drop",
        "action=accept specialtarget=web, action=drop",
        "action=accept dsthost=a.b expire=never, action=drop",
        "action=accept action=accept dsthost=a.b, action=drop",
    })
    void aListThatIsNotPlainDeniesEverything(String first, String second) {
        Translated r3 = fromR4(rule(first), rule(second));

        assertThat(r3.xml()).isEqualTo(DENY_EVERYTHING);
        assertThat(r3.remarks()).singleElement().asString().startsWith("its firewall denies everything now");
    }

    @Test
    void twoOpinionsOnDnsDenyEverything() {
        assertThat(fromR4(rule("action=accept specialtarget=dns"), rule("action=drop specialtarget=dns"), LAST)
                        .xml())
                .isEqualTo(DENY_EVERYTHING);
    }

    @Test
    void anotherVersionDeniesEverything() {
        assertThat(FirewallXml.toR3("", BackupXml.utf8("<firewall version='3'/>"))
                        .xml())
                .isEqualTo(DENY_EVERYTHING);
    }

    @Test
    void whateverIsDamagedEndsInRulesOrOurError() {
        long seed = new Random().nextLong();
        Mutations mutations = new Mutations(seed);
        for (int i = 0; i < 4000; i++) {
            byte[] damaged = mutations.of(BackupXml.bytes("v4-from-r3-work-firewall.xml"));
            try {
                byte[] r3 =
                        BackupXml.utf8(FirewallXml.toR3("firewall.xml", damaged).xml());
                assertThat(FirewallXml.toR4("firewall.xml", r3).remarks()).isEmpty();
            } catch (QubesException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT_BACKUP);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + i, e);
            }
        }
    }
}
