package org.qubestools.core.libvirt;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How libvirt is reached.
 *
 * @param limit how long it may be silent before it is given up
 * @param driver word for the driver whose words are used instead of the connection's own; null for that
 */
public record LibvirtOptions(
        String uri, Duration limit, @Nullable String driver) {}
