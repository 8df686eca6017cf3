/** Backups that are written into a VM or read from one, through its qrexec services. */
@NullMarked
package org.qubestools.backup.vm;

import org.jspecify.annotations.NullMarked;
