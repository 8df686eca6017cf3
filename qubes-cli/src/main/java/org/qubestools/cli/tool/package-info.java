/** One class per command. */
@NullMarked
package org.qubestools.cli.tool;

import org.jspecify.annotations.NullMarked;
