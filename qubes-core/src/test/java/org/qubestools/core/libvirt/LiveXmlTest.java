package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qubestools.core.vmm.LiveDisk;

final class LiveXmlTest {
    private static final LiveXml LIVE = LiveXml.parse("work", """
            <domain type='kvm' id='3'>
              <name>work</name>
              <devices>
                <disk type='file'><target dev='vda'/><serial>xvda</serial></disk>
                <disk type='file'><target dev='vdb'/><serial>xvdb</serial></disk>
                <disk type='block'><target dev='xvdi'/></disk>
                <interface type='network'><mac address='00:16:3e:5e:6c:01'/><source network='a&amp;b'/></interface>
                <interface type='network'><mac address='00:16:3E:5E:6C:02'/></interface>
              </devices>
            </domain>
            """);

    @Test
    void aDiskIsFoundByItsTargetOrItsSerialNumber() {
        assertThat(LIVE.disk("xvdb").orElseThrow()).contains("vdb").doesNotContain("vda", "interface");
        assertThat(LIVE.disk("xvdi").orElseThrow()).contains("'xvdi'".replace('\'', '"'));
        assertThat(LIVE.disk("xvdc")).isEmpty();
    }

    @Test
    void anInterfaceIsFoundByItsHardwareAddressInAnyCase() {
        assertThat(LIVE.networkInterface("00:16:3e:5e:6c:02").orElseThrow()).contains("6C:02");
        assertThat(LIVE.networkInterface("00:16:3e:5e:6c:01").orElseThrow()).contains("a&amp;b");
        assertThat(LIVE.networkInterface("00:16:3e:5e:6c:03")).isEmpty();
    }

    @Test
    void aDomainWithoutDevicesHasNone() {
        assertThat(LiveXml.parse("work", "<domain/>").disk("xvda")).isEmpty();
    }

    @Test
    void theAddressOfAnElementIsRead() {
        assertThat(LiveXml.macOf("<interface><mac address='00:16:3e:5e:6c:01'/></interface>"))
                .isEqualTo("00:16:3e:5e:6c:01");
        assertThat(LiveXml.macOf("<interface/>")).isEmpty();
    }

    @Test
    void withoutASerialNumberTheNameOfVirtioTellsTheFrontend() {
        LiveXml live = LiveXml.parse("work", """
                <domain type='kvm' id='3'>
                  <name>work</name>
                  <devices>
                    <disk type='file'><target dev='vda' bus='virtio'/></disk>
                    <disk type='file'><target dev='vdj' bus='virtio'/><serial>xvdi</serial></disk>
                    <disk type='file'><target dev='vdaa' bus='virtio'/><serial>ab-12</serial></disk>
                    <disk type='file'><target dev='sdi' bus='scsi'/></disk>
                    <disk type='file'><target dev='vdk' bus='xen'/></disk>
                  </devices>
                </domain>
                """);

        assertThat(live.disks()).extracting(LiveDisk::frontend).containsExactly("xvda", "xvdi", "xvdaa", "sdi", "vdk");
        assertThat(live.disks()).extracting(LiveDisk::target).containsExactly("vda", "vdj", "vdaa", "sdi", "vdk");
    }
}
