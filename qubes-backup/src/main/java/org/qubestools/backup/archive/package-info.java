/** The outer archive of a backup and the tar archives inside it. */
@NullMarked
package org.qubestools.backup.archive;

import org.jspecify.annotations.NullMarked;
