/** Durable files, locks on time, programs, progress. */
@NullMarked
package org.qubestools.core.io;

import org.jspecify.annotations.NullMarked;
