package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On libvirt's test driver, in this process. */
final class SnapshotsTest {
    private static final String DOMAIN =
            "<domain type='test'><name>passing</name><memory>1024</memory>" + "<os><type>hvm</type></os></domain>";

    @BeforeEach
    void requireLibvirt() {
        Programs.requireOrSkip("virsh", "libvirt-clients");
    }

    @Test
    void whatVanishesBetweenTheListAndTheLookIsLeftOut() {
        NativeLibvirt libvirt = NativeLibvirt.load();
        Pointer connection = libvirt.pointer("virConnectOpen", "test:///default");
        try {
            Pointer domain = libvirt.pointer("virDomainCreateXML", connection, DOMAIN, 0);
            try {
                assertThat(Snapshots.ifThere(libvirt, domain)).hasValueSatisfying(seen -> {
                    assertThat(seen.name()).isEqualTo("passing");
                    assertThat(seen.active()).isTrue();
                });
                // As somebody else would: by a handle of its own.
                Pointer other = libvirt.pointer("virDomainLookupByName", connection, "passing");
                libvirt.number("virDomainDestroy", other);
                libvirt.number("virDomainFree", other);

                assertThat(Snapshots.ifThere(libvirt, domain)).isEmpty();
            } finally {
                libvirt.number("virDomainFree", domain);
            }
        } finally {
            libvirt.plain("virConnectClose", connection);
        }
    }
}
