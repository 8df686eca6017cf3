/** The filters that compress inner archives, without running any program. */
@NullMarked
package org.qubestools.backup.compress;

import org.jspecify.annotations.NullMarked;
