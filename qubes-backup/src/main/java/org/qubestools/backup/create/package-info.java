/** Which VMs and which of their files go into a backup, decided before it is begun. */
@NullMarked
package org.qubestools.backup.create;

import org.jspecify.annotations.NullMarked;
