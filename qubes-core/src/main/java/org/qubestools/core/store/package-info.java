/** The file qubes.xml: reading, splicing changes in, locking, replacing. */
@NullMarked
package org.qubestools.core.store;

import org.jspecify.annotations.NullMarked;
