/** The tools for QubesDB: its commands, as the original's, and its daemons. They load nothing of the store. */
@NullMarked
package org.qubestools.cli.qubesdb;

import org.jspecify.annotations.NullMarked;
