/** What {@code scripts/bench qubesdb} runs: our client and daemon beside the plainest ones that speak the same frames. */
@NullMarked
package org.qubestools.qubesdb.bench;

import org.jspecify.annotations.NullMarked;
