package org.qubestools.devices;

import java.util.List;

/**
 * USB devices of several VMs.
 *
 * @param devices by qid of the VM, then by their ports
 * @param complaints what is to be told about devices that are not listed, in lines fit for a terminal
 */
public record UsbListing(List<UsbDevice> devices, List<String> complaints) {
    public UsbListing {
        devices = List.copyOf(devices);
        complaints = List.copyOf(complaints);
    }
}
