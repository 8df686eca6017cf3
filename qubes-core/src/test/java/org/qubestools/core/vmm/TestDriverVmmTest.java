package org.qubestools.core.vmm;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import org.qubestools.core.libvirt.LibvirtOptions;
import org.qubestools.core.libvirt.LibvirtVmm;

/** libvirt's test driver, in this process. */
final class TestDriverVmmTest extends VmmContract {
    @Override
    Vmm open() {
        return LibvirtVmm.open(
                new LibvirtOptions("test:///default", Duration.ofSeconds(30), null), line -> fail("warned: " + line));
    }
}
