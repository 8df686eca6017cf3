package org.qubestools.backup.format;

import java.util.Optional;
import org.qubestools.backup.crypto.ScryptCost;

/**
 * A header and what stands beside it.
 *
 * @param header empty for the oldest of format 2, which have none
 * @param cost of the key derivation of format 4
 */
public record KnownHeader(Optional<BackupHeader> header, Optional<ScryptCost> cost) {}
