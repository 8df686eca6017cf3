/** Changes of the store as values: each is applied to a draft, which is then saved as a whole or not at all. */
@NullMarked
package org.qubestools.core.edit;

import org.jspecify.annotations.NullMarked;
