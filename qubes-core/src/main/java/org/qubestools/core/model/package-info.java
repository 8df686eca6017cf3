/** The stored VMs as immutable values; no I/O. */
@NullMarked
package org.qubestools.core.model;

import org.jspecify.annotations.NullMarked;
