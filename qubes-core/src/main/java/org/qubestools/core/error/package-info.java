/** The one exception of the core and its kinds. */
@NullMarked
package org.qubestools.core.error;

import org.jspecify.annotations.NullMarked;
