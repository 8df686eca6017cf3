package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.storage.Firewall;
import org.qubestools.core.storage.FirewallRule;
import org.qubestools.core.storage.ServiceNames;

/** The list of firewall rules in the original layout: cells to the left below centred headers. */
final class FirewallListing {
    private static final List<String> HEADERS = List.of("num", "address", "proto", "port(s)");

    private FirewallListing() {}

    /**
     * Prints it.
     *
     * @param names for single ports
     */
    static void print(Firewall firewall, ServiceNames names, ToolContext ctx) {
        ctx.println("Firewall policy: " + word(firewall.allow()) + " all traffic except");
        ctx.println("ICMP: " + word(firewall.icmp()));
        ctx.println("DNS: " + word(firewall.dns()));
        ctx.println("Qubes yum proxy: " + word(firewall.updates()));
        List<List<String>> rows = new ArrayList<>();
        for (FirewallRule rule : firewall.rules()) {
            rows.add(cells(rows.size() + 1, rule, names));
        }
        int[] widths = widths(rows);
        StringBuilder line = new StringBuilder();
        StringBuilder header = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append("-".repeat(widths[i] + 1)).append("-+");
            int blanks = widths[i] - HEADERS.get(i).length();
            header.append(' ').append(" ".repeat(blanks / 2)).append(HEADERS.get(i));
            header.append(" ".repeat(blanks - blanks / 2)).append(" |");
        }
        ctx.println(line.toString());
        ctx.println(header.toString());
        ctx.println(line.toString());
        for (int i = 0; i < rows.size(); i++) {
            ctx.println(row(rows.get(i), widths) + expiry(firewall.rules().get(i), ctx));
        }
    }

    private static String word(boolean allowed) {
        return allowed ? "ALLOW" : "DENY";
    }

    private static List<String> cells(int number, FirewallRule rule, ServiceNames names) {
        String address = rule.bits() == FirewallRule.ALL_BITS ? rule.host() : rule.host() + "/" + rule.bits();
        String ports = "";
        if (rule.firstPort() != 0) {
            ports = rule.lastPort() == rule.firstPort()
                    ? names.name(rule.firstPort())
                    : rule.firstPort() + "-" + rule.lastPort();
        }
        return List.of((number < 10 ? " " : "") + number, address, rule.proto(), PropertyText.safe(ports));
    }

    private static int[] widths(List<List<String>> rows) {
        int[] widths = new int[HEADERS.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = HEADERS.get(i).length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    private static String row(List<String> cells, int[] widths) {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            row.append(' ')
                    .append(cells.get(i))
                    .append(" ".repeat(widths[i] - cells.get(i).length()))
                    .append(" |");
        }
        return row.toString();
    }

    private static String expiry(FirewallRule rule, ToolContext ctx) {
        Long expire = rule.expire();
        return expire == null ? "" : " <-- expires at " + PropertyText.time(expire, ctx.zone());
    }
}
