/** Ports to the running system, implemented by a hypervisor driver or a test. */
@NullMarked
package org.qubestools.core.vmm;

import org.jspecify.annotations.NullMarked;
