package org.qubestools.core.vmm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.PciAddress;

/**
 * The running system, behind a hypervisor driver or a test.
 *
 * <p>Every method throws {@link org.qubestools.core.error.QubesException}: OFFLINE in offline mode, VMM_UNREACHABLE
 * without a connection or without an answer in time, FAILED for what the driver refuses or cannot do. "No such domain"
 * and "not active" are normal answers everywhere. Each method looks the domain up anew; only {@link #define} defines.
 * Safe for use from several threads.
 */
public interface Vmm extends AutoCloseable {
    HostInfo host();

    /** What this driver has and has not. */
    VmmTraits traits();

    /** False once the connection is lost: then every further call fails. */
    boolean isAlive();

    /**
     * All domains, active and defined, by one question if the driver can answer that; dom0, if the VMM knows it, as
     * {@code dom0}. A figure that a driver does not tell of all at once is 0.
     */
    List<DomainSnapshot> domains();

    /** One domain, active or defined. */
    Optional<DomainSnapshot> find(DomainKey domain);

    /**
     * Makes or replaces the definition of a domain; called at creation and just before a start only.
     *
     * @throws org.qubestools.core.error.QubesException IN_USE if another domain has the name or the UUID, naming both;
     *     FAILED if the driver dropped a part that the VM needs, naming it
     */
    void define(DomainSpec spec);

    /** The text that {@link #define} gives to the driver. */
    String definitionText(DomainSpec spec);

    /**
     * Removes the definition; a domain that is not defined is fine. One that is active goes on and is gone when it stops.
     */
    void undefine(DomainKey domain);

    /**
     * Starts a defined domain, paused.
     *
     * @return the number of the running domain
     */
    int createPaused(DomainKey domain);

    /** Lets a paused domain run. */
    void resume(DomainKey domain);

    /** Stops its processors, at once. */
    void pause(DomainKey domain);

    /** Has the guest suspend itself to memory; false if the driver cannot do that. */
    boolean suspendToMemory(DomainKey domain);

    /** Wakes a domain up that was suspended to memory. */
    void wakeUp(DomainKey domain);

    /** Asks the guest to shut down and returns; false if it is not active. */
    boolean shutdown(DomainKey domain);

    /** Ends a domain at once; false if it is not active. */
    boolean destroy(DomainKey domain);

    /** Attaches the VM's network interface to its running domain. */
    void attachNetwork(DomainSpec spec);

    /** Detaches the VM's network interface and waits until it is gone; one that is not there is fine. */
    void detachNetwork(DomainSpec spec);

    /** Detaches the disk with this frontend name, such as {@code xvdb}, and waits until it is gone. */
    void detachDisk(DomainKey domain, String frontend);

    /** Devices of running domains beside network; looked up at each call like everything else. */
    LiveDevices devices();

    /** Sets the memory that a running domain has now and at most, in KiB. */
    void setMemory(DomainKey domain, long kib, long maximumKib);

    /**
     * Takes a PCI device from its driver in the host.
     *
     * @return false if no driver of the host had it any more
     * @throws org.qubestools.core.error.QubesException FAILED if there is no such device
     */
    boolean detachFromHost(PciAddress device);

    /** Gives a PCI device back to its driver in the host. */
    void reattachToHost(PciAddress device);

    /** Saves the memory of a running domain to a file and ends the domain. */
    void save(DomainKey domain, Path file);

    /** Starts a domain from a saved one, paused, under another definition; false if the driver cannot do that. */
    boolean restorePaused(DomainSpec spec, Path file);

    /** Tells of what happens from now on, until the subscription is closed or the connection is lost. */
    Subscription subscribe(DomainListener listener);

    /** Closing twice is fine. */
    @Override
    void close();
}
