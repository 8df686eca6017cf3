/** Options, operands and the dialect of the command line. */
@NullMarked
package org.qubestools.cli.option;

import org.jspecify.annotations.NullMarked;
