package org.qubestools.backup.format;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.QubesVm;

/**
 * A VM that a backup claims to hold, before the checks.
 *
 * @param untrustedPath as the document has it, without the slash that format 4 puts at the end
 * @param size bytes, or null if it is no such number
 * @param violation why it cannot be restored, as far as known by now, or empty
 */
record Candidate(QubesVm vm, String untrustedPath, @Nullable Long size, List<String> remarks, String violation) {}
