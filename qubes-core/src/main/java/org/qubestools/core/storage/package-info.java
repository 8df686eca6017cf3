/** The files of VMs: creation, copies, renaming, removal, all with undo. */
@NullMarked
package org.qubestools.core.storage;

import org.jspecify.annotations.NullMarked;
