package org.qubestools.core.property;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.HostInfo;

/** What setting a property may ask beyond the store, and where it tells what the user should know. */
public interface PropertyContext {
    /** Memory and CPUs of the host; empty offline, then values are not compared with it. */
    Optional<HostInfo> host();

    /** Why this kernel cannot be used, such as a missing file; null if it can. */
    @Nullable
    String problemWithKernel(String name);

    /** Names of the kernels that are installed, for messages. */
    String installedKernels();

    /** Tells of something the user may not have meant; the change is made all the same. */
    void warn(String message);

    /** Tells what is being done. */
    void note(String message);
}
