/** Tables, JSON and sizes as the tools print them. */
@NullMarked
package org.qubestools.cli.output;

import org.jspecify.annotations.NullMarked;
