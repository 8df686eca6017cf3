/** What qvm-ls shows: fields of a VM, their order, the network tree. */
@NullMarked
package org.qubestools.cli.listing;

import org.jspecify.annotations.NullMarked;
