/** What POSIX has and the JDK has not: holes in files, and names of files as the bytes they are. */
@NullMarked
package org.qubestools.core.posix;

import org.jspecify.annotations.NullMarked;
