/** Entry point, exit codes and error reports of the command line tools. */
@NullMarked
package org.qubestools.cli;

import org.jspecify.annotations.NullMarked;
