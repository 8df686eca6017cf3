/** Facade of the core library: one entry point, connected to nothing until asked. */
@NullMarked
package org.qubestools.core;

import org.jspecify.annotations.NullMarked;
