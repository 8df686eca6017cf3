/** The commands of {@code qubes-store}: the store as a whole. */
@NullMarked
package org.qubestools.cli.store;

import org.jspecify.annotations.NullMarked;
