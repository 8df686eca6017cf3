package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.DbEntry;
import org.qubestools.core.runtime.FirewallBlock;

/** The firewall block of a ProxyVM behind which one VM runs, whose rules are in a file as the original writes it. */
final class FirewallRuleCases implements RuntimeGroup {
    private static final String FILE = "var/lib/qubes/appvms/personal/firewall.xml";
    private static final Map<String, Integer> RUNNING = Map.of("sys-net", 5, "sys-firewall", 7, "personal", 11);
    private static final String RULES = "/qubes-iptables-domainrules/11";

    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) {
        List<Object> cases = RuntimeCases.cases(recording);
        for (int i = 0; i < cases.size(); i++) {
            Map<String, Object> recorded = JsonTree.map(cases.get(i));
            report.check(RuntimeCases.name(name, recorded, i), () -> compare(recorded, temporary));
        }
    }

    private static List<String> compare(Map<String, Object> recorded, Path root) throws IOException {
        Path file = root.resolve(FILE);
        Files.createDirectories(file.getParent());
        Files.writeString(file, xml(JsonTree.map(recorded.get("firewall"))));
        VmView proxy = RuntimeCases.vm(
                Map.of("store", store(Boolean.TRUE.equals(recorded.get("proxyHasNetvm"))), "vm", "sys-firewall"));
        List<String> differences = new ArrayList<>(); // a warning is one: no case has rules that cannot be used
        FirewallBlock blocks =
                new FirewallBlock(path -> root.resolve(path.substring(1)), Clock.systemUTC(), differences::add);

        List<String> keys = new ArrayList<>();
        List<String> rules = List.of();
        for (DbEntry entry : blocks.of(proxy, vm -> RUNNING.get(vm.name()))) {
            keys.add(entry.key());
            if (entry.key().equals(RULES)) {
                rules = Arrays.asList(String.valueOf(entry.value()).split("\n", -1));
            }
        }
        differences.addAll(LineDifference.of(rules, JsonTree.texts(recorded.get("domainRules"))));
        differences.addAll(LineDifference.of(keys, JsonTree.texts(recorded.get("order"))));
        return differences;
    }

    private static String store(boolean proxyHasNetvm) {
        return """
                <QubesVmCollection default_template="none" default_netvm="none">
                  <QubesNetVm qid="2" name="sys-net" netid="1" label="red" template_qid="none"/>
                  <QubesProxyVm qid="3" name="sys-firewall" netid="2" label="green" template_qid="none" netvm_qid="%s"/>
                  <QubesAppVm qid="4" name="personal" label="red" template_qid="none" netvm_qid="3"
                      uses_default_netvm="False"/>
                </QubesVmCollection>
                """.formatted(proxyHasNetvm ? "2" : "none");
    }

    private static String xml(Map<String, Object> firewall) {
        StringBuilder xml = new StringBuilder("<QubesFirewallRules");
        attribute(xml, "policy", word(firewall.get("allow")));
        attribute(xml, "dns", word(firewall.get("allowDns")));
        attribute(xml, "icmp", word(firewall.get("allowIcmp")));
        attribute(xml, "yumProxy", word(firewall.get("allowYumProxy")));
        xml.append('>');
        for (Object each : JsonTree.list(firewall.get("rules"))) {
            Map<String, Object> rule = JsonTree.map(each);
            xml.append("<rule");
            attribute(xml, "address", rule.get("address"));
            attribute(xml, "proto", rule.get("proto"));
            attribute(xml, "netmask", JsonTree.number(rule.get("netmask")) == 32 ? null : rule.get("netmask"));
            attribute(xml, "port", rule.get("portBegin"));
            attribute(xml, "toport", rule.get("portEnd"));
            xml.append("/>");
        }
        return xml.append("</QubesFirewallRules>\n").toString();
    }

    private static String word(Object allowed) {
        return Boolean.TRUE.equals(allowed) ? "allow" : "deny";
    }

    private static void attribute(StringBuilder xml, String name, Object value) {
        if (value != null) {
            xml.append(' ').append(name).append("=\"").append(value).append('"');
        }
    }
}
