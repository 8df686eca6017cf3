package org.qubestools.devices;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names that udev makes of what a device says of itself, such as its serial number: {@code /dev/disk/by-id}. They
 * stay when a kernel name changes, and prove nothing: whoever makes a device chooses them.
 */
public final class DeviceIds {
    /** Where they are, as users know it. */
    public static final String FOLDER = "/dev/disk/by-id/";

    private final HostRoots roots;
    private final NodeNumbers nodes;
    private final SysfsReader sysfs;

    public DeviceIds(HostRoots roots, NodeNumbers nodes) {
        this.roots = roots;
        this.nodes = nodes;
        this.sysfs = new SysfsReader(roots, nodes);
    }

    /** Those that the nodes themselves tell. */
    public static DeviceIds of(HostRoots roots) {
        return new DeviceIds(roots, NodeNumbers.below(roots.dev()));
    }

    /** Kernel name of the device with this id; empty if there is none, or the link leads to no block device. */
    public Optional<String> find(String untrustedId) {
        return isId(untrustedId) ? sysfs.byPath(FOLDER + untrustedId).map(SysfsBlock::kernelName) : Optional.empty();
    }

    /** One step of a path, of printable ASCII; udev makes no other. */
    static boolean isId(String untrusted) {
        for (int i = 0; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            if (c <= ' ' || c > '~' || c == '/') {
                return false;
            }
        }
        return !untrusted.isEmpty() && untrusted.charAt(0) != '.';
    }

    /** All ids, sorted, by the kernel name of their device. */
    public Map<String, List<String>> all() {
        Map<DeviceNumber, List<String>> byNumber = new HashMap<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(roots.dev().resolve("disk/by-id"))) {
            for (Path link : links) {
                String id = String.valueOf(link.getFileName());
                if (isId(id)) {
                    nodes.numberOf(FOLDER + id)
                            .ifPresent(number -> byNumber.computeIfAbsent(number, first -> new ArrayList<>())
                                    .add(id));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return Map.of(); // no udev, or no device that says anything
        }
        Map<String, List<String>> byName = new HashMap<>();
        for (String name : sysfs.names()) {
            Optional<List<String>> ids = sysfs.byName(name).map(block -> byNumber.get(block.number()));
            if (ids.isPresent()) {
                Collections.sort(ids.get());
                byName.put(name, List.copyOf(ids.get()));
            }
        }
        return byName;
    }
}
