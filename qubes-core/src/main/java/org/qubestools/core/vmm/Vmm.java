package org.qubestools.core.vmm;

import java.util.List;
import org.qubestools.core.model.HostInfo;

/**
 * The running system, behind a hypervisor driver or a test.
 *
 * <p>Every method throws {@link org.qubestools.core.error.QubesException}: OFFLINE in offline mode, VMM_UNREACHABLE
 * without a connection. "No such domain" is a normal answer everywhere.
 */
public interface Vmm extends AutoCloseable {
    HostInfo host();

    /** All domains, active and defined, in a constant number of calls; dom0, if the VMM knows it, as {@code dom0}. */
    List<DomainSnapshot> domains();

    /**
     * Makes or replaces the definition of a domain; called at creation and just before a start only.
     *
     * @throws org.qubestools.core.error.QubesException IN_USE if another domain has the name or the UUID
     */
    void define(DomainSpec spec);

    /** Removes the definition of an inactive domain; a domain that is not defined is fine. */
    void undefine(String name);

    /** True if a started domain counts as running only once its GUI and qrexec daemons run too, as on Qubes. */
    default boolean expectsQubesDaemons() {
        return true;
    }

    /** Closing twice is fine. */
    @Override
    void close();
}
