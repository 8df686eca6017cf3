/** The picture of a store: its VMs and what ties them together, as text, SVG and a page for a browser. */
@NullMarked
package org.qubestools.cli.graph;

import org.jspecify.annotations.NullMarked;
