/** What a restore will do, decided before anything changes, and what becomes of each VM's properties. */
@NullMarked
package org.qubestools.backup.restore;

import org.jspecify.annotations.NullMarked;
