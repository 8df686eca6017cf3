package org.qubestools.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qubestools.core.xml.MalformedXml;

/** Damaged files of firewall rules are a firewall or malformed, nothing else; a firewall is read back as it was written. */
final class FirewallFuzzTest {
    private static final List<String> SEEDS = List.of(
            "<QubesFirewallRules policy='allow' dns='allow' icmp='deny' yumProxy='allow'/>",
            "<QubesFirewallRules policy='deny'><rule address='10.0.0.0' netmask='8' proto='udp' port='1' toport='9'/>"
                    + "<rule address='example.org' port='443' expire='1457161689'/></QubesFirewallRules>",
            "<?xml version='1.0' encoding='UTF-8'?><QubesFirewallRules><rule address='1.2.3.4'>&lt;</rule>"
                    + "<!-- x --></QubesFirewallRules>");
    private static final String CHARACTERS = "<>'\"/=& -.:0919x\n\u0000\u0661;![]";

    @Test
    void damagedFilesAreAFirewallOrMalformed() throws MalformedXml {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        long end = System.nanoTime() + Long.getLong("qubes.fuzz.seconds", 1) * 1_000_000_000L;
        Random random = new Random(seed);
        int values = 0;
        while (System.nanoTime() < end) {
            String text = damage(SEEDS.get(random.nextInt(SEEDS.size())), random);
            Firewall firewall = parse(text);
            if (firewall != null) {
                values++;
                byte[] written = FirewallFile.text(firewall).getBytes(StandardCharsets.UTF_8);
                assertThat(FirewallFile.parse(written))
                        .as("seed %d: %s", seed, text)
                        .isEqualTo(firewall);
                assertThat(firewall.rules())
                        .as("seed %d: %s", seed, text)
                        .allMatch(rule -> rule.host().matches("[a-z0-9._-]+"));
            }
        }
        assertThat(values).as("seed %d", seed).isPositive();
    }

    private static Firewall parse(String text) {
        try {
            return FirewallFile.parse(text.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedXml e) {
            return null;
        }
    }

    private static String damage(String text, Random random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(damaged.length() + 1);
            char c = CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
            switch (random.nextInt(3)) {
                case 0 -> damaged.insert(at, c);
                case 1 -> damaged.delete(at, Math.min(damaged.length(), at + 1 + random.nextInt(3)));
                default -> damaged.replace(at, Math.min(damaged.length(), at + 1), String.valueOf(c));
            }
        }
        return damaged.toString();
    }
}
