package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What VMs are told at their start; the whole lists are held to the recordings of the original by the conformance. */
final class QubesDbEntriesTest {
    private static final EntryFacts FACTS = new EntryFacts("Europe/Warsaw", "seed", false);
    private static final Path ROOT = Path.of("/nowhere");

    private static List<DbEntry> withServices(String services) {
        String store = RuntimeWorld.STORE.replace("name=\"vault\"", "name=\"vault\" services=\"" + services + "\"");
        return QubesDbEntries.of(RuntimeWorld.in(ROOT, store).vm("vault"), FACTS);
    }

    @Test
    void servicesComeInTheOrderOfTheStore() {
        assertThat(withServices("{'z': True, 'meminfo-writer': False, 'a': False}"))
                .containsSubsequence(
                        new DbEntry("/qubes-service/z", "1"),
                        new DbEntry("/qubes-service/meminfo-writer", "0"),
                        new DbEntry("/qubes-service/a", "0"));
    }

    @Test
    void theServiceOfADisposableTemplateIsTheLastOne() {
        List<DbEntry> entries =
                QubesDbEntries.of(RuntimeWorld.in(ROOT).vm("vault"), new EntryFacts(null, "seed", true));

        assertThat(entries)
                .containsSubsequence(
                        new DbEntry("/qubes-base-template", "fedora"),
                        new DbEntry("/qubes-service/meminfo-writer", "1"),
                        new DbEntry("/qubes-service/qubes-dvm", "1"),
                        new DbEntry("/qubes-block-devices", ""));
        assertThat(entries).noneMatch(entry -> entry.key().equals("/qubes-timezone"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a service", "", "folder/", "caf\u00e9", "n23456789012345678901234567890123456789012345678x"})
    void aServiceThatNoQubesDbTakesIsNamed(String name) {
        assertThatThrownBy(() -> withServices("{'" + name + "': True}"))
                .hasMessageStartingWith("VM 'vault' has the service '" + name.replace("\u00e9", "\\xe9") + "'")
                .hasMessageContaining("1 to 48");
    }

    @Test
    void aServiceOfTheLongestNameIsTaken() {
        String name = "n".repeat(48);

        assertThat(withServices("{'" + name + "': True}")).contains(new DbEntry("/qubes-service/" + name, "1"));
    }

    @Test
    void aVmWithoutNetworkLosesTheKeysOfTheFormerOne() {
        RuntimeWorld world = RuntimeWorld.in(ROOT);

        assertThat(QubesDbEntries.network(world.vm("vault")))
                .containsExactly(
                        new DbEntry("/qubes-ip", null),
                        new DbEntry("/qubes-netmask", null),
                        new DbEntry("/qubes-gateway", null),
                        new DbEntry("/qubes-primary-dns", null),
                        new DbEntry("/qubes-secondary-dns", null));
        assertThat(QubesDbEntries.network(world.vm("work")))
                .startsWith(new DbEntry("/qubes-ip", "10.137.2.6"))
                .hasSize(5);
    }

    @Test
    void aValueLongerThanADaemonTakesIsRefused() {
        EntryFacts facts = new EntryFacts("x".repeat(3072), "seed", false);

        assertThatThrownBy(() -> QubesDbEntries.of(RuntimeWorld.in(ROOT).vm("work"), facts))
                .hasMessageStartingWith("VM 'work' cannot be told /qubes-timezone");
    }

    @Test
    void seedsDiffer() {
        SecureRandom random = new SecureRandom();
        String one = EntryFacts.newSeed(random);

        assertThat(Base64.getDecoder().decode(one)).hasSize(64);
        assertThat(one).hasSize(88).isNotEqualTo(EntryFacts.newSeed(random));
    }
}
