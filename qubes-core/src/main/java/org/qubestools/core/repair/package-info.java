/** What is wrong with a store and the files of its VMs, and the changes that are safe to mend it. */
@NullMarked
package org.qubestools.core.repair;

import org.jspecify.annotations.NullMarked;
