package org.qubestools.core.vmm;

/** Hears of what happens to domains, on a thread of the driver's: it hands over and returns, and asks the VMM nothing. */
public interface DomainListener {
    void happened(DomainEvent event);
}
