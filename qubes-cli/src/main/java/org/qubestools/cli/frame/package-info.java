/** What a command stands in: the contract of a tool, its context, messages, exit codes. */
@NullMarked
package org.qubestools.cli.frame;

import org.jspecify.annotations.NullMarked;
