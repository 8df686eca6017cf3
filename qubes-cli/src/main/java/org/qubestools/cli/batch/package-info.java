/** Batches of command lines: their language, and how they are run as one change of the store. */
@NullMarked
package org.qubestools.cli.batch;

import org.jspecify.annotations.NullMarked;
