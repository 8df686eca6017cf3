package org.qubestools.devices;

import java.util.List;
import java.util.Optional;

/**
 * Block devices of several VMs, and who holds them.
 *
 * @param devices by qid of the VM, then in natural order of their names
 * @param complaints what is to be told about devices that are not listed, in lines fit for a terminal
 */
public record BlockListing(List<Listed> devices, List<String> complaints) {
    public BlockListing {
        devices = List.copyOf(devices);
        complaints = List.copyOf(complaints);
    }

    /**
     * One device.
     *
     * @param attachment the first VM that holds it
     */
    public record Listed(BlockDevice device, Optional<Attachment> attachment) implements ListEntry {
        @Override
        public Object key() {
            return device.ref();
        }

        @Override
        public Object facts() {
            return device;
        }

        @Override
        public Optional<String> place() {
            return attachment.map(held -> held.vm() + " " + held.frontend());
        }
    }
}
