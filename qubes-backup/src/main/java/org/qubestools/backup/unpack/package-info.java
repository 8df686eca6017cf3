/** From inner archives to files on this machine, under rules that a hostile archive cannot get around. */
@NullMarked
package org.qubestools.backup.unpack;

import org.jspecify.annotations.NullMarked;
