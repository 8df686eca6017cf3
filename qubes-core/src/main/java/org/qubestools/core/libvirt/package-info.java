/** The VMM port over libvirt; the only package that names its binding. */
@NullMarked
package org.qubestools.core.libvirt;

import org.jspecify.annotations.NullMarked;
