package org.qubestools.core.repair;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A copy of the store from an earlier time.
 *
 * @param file where it is
 * @param shown its path as users know it
 * @param time of its last modification
 * @param name of it in a sentence, safe to print
 */
public record StoreCopy(Path file, String shown, Instant time, String name) {}
