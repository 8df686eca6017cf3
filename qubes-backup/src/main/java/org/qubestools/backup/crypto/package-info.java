/** The ciphers, digests and key derivations of backups. */
@NullMarked
package org.qubestools.backup.crypto;

import org.jspecify.annotations.NullMarked;
