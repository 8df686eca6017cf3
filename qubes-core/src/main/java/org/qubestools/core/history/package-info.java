/** What the store was before each of its saves: written with the save, read by number, undone and restored. */
@NullMarked
package org.qubestools.core.history;

import org.jspecify.annotations.NullMarked;
