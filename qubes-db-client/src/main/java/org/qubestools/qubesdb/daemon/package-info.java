/** A daemon that serves the databases of domains over the protocol of QubesDB. Of use without anything else. */
@NullMarked
package org.qubestools.qubesdb.daemon;

import org.jspecify.annotations.NullMarked;
