/** Manual pages and completion, made at build time from the options of the tools; no part of the distribution. */
@NullMarked
package org.qubestools.manual;

import org.jspecify.annotations.NullMarked;
