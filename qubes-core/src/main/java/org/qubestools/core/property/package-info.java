/** What a user can read and set on a VM or globally: names, checks, texts. */
@NullMarked
package org.qubestools.core.property;

import org.jspecify.annotations.NullMarked;
