/** Chunks in bounded memory on their way between the threads of a backup or restore. */
@NullMarked
package org.qubestools.backup.pipeline;

import org.jspecify.annotations.NullMarked;
