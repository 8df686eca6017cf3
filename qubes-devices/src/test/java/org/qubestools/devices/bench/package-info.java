/** Measurements, called by {@code scripts/bench}. */
@NullMarked
package org.qubestools.devices.bench;

import org.jspecify.annotations.NullMarked;
