/** The rules of the code base that a compiler does not know, checked on the classes and sources of all modules. */
@NullMarked
package org.qubestools.arch;

import org.jspecify.annotations.NullMarked;
