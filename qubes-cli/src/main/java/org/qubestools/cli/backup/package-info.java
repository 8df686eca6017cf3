/** What the backup tools share: their options, the passphrase, progress, and the subcommands of qubes-backup. */
@NullMarked
package org.qubestools.cli.backup;

import org.jspecify.annotations.NullMarked;
