/** Options that several commands share. */
@NullMarked
package org.qubestools.cli.option;

import org.jspecify.annotations.NullMarked;
