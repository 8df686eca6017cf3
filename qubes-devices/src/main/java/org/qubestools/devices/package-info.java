/** Block, PCI and USB devices of VMs. */
@NullMarked
package org.qubestools.devices;

import org.jspecify.annotations.NullMarked;
