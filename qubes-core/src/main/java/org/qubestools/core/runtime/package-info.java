/** What needs both the stored and the running side of a VM. */
@NullMarked
package org.qubestools.core.runtime;

import org.jspecify.annotations.NullMarked;
