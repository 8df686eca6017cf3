package org.qubestools.cli.batch;

import org.qubestools.core.error.QubesException;

/**
 * What is wrong with a line of a batch.
 *
 * @param number of the line in the file, from 1
 */
public record BatchFault(int number, QubesException reason) {}
