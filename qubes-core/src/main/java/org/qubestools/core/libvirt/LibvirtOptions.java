package org.qubestools.core.libvirt;

import java.time.Duration;
import org.qubestools.core.vmm.DriverSettings;
import org.qubestools.core.vmm.HostFiles;

/**
 * How libvirt is reached.
 *
 * @param limit how long it may be silent before it is given up
 * @param driver what is said of the driver
 * @param files what definitions name
 */
public record LibvirtOptions(String uri, Duration limit, DriverSettings driver, HostFiles files) {}
