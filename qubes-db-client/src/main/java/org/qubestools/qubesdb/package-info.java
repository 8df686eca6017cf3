/** Client of the QubesDB side channel between dom0 and a VM. */
@NullMarked
package org.qubestools.qubesdb;

import org.jspecify.annotations.NullMarked;
