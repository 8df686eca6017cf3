/** What the versions of the format differ in: header, authentication, names, the qubes.xml of the backup. */
@NullMarked
package org.qubestools.backup.format;

import org.jspecify.annotations.NullMarked;
