/** Small XML documents as trees: read under limits, written with everything escaped. */
@NullMarked
package org.qubestools.core.xml;

import org.jspecify.annotations.NullMarked;
