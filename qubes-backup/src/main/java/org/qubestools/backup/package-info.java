/** Backup and restore in every Qubes archive format. */
@NullMarked
package org.qubestools.backup;

import org.jspecify.annotations.NullMarked;
