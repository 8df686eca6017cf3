package org.qubestools.core.libvirt;

import java.util.Set;
import java.util.TreeSet;
import org.qubestools.core.vmm.HostFiles;

/** A host with every file that is asked for, all of them plain, but for what a test takes away or makes a device. */
public final class CompleteHost implements HostFiles {
    private final String root;
    private final Set<String> missing = new TreeSet<>();
    private final Set<String> devices = new TreeSet<>();

    public CompleteHost() {
        this("");
    }

    /** One whose files are below {@code root}. */
    public CompleteHost(String root) {
        this.root = root;
    }

    CompleteHost without(String fixedPath) {
        missing.add(fixedPath);
        return this;
    }

    CompleteHost withDevice(String fixedPath) {
        devices.add(fixedPath);
        return this;
    }

    @Override
    public String realPath(String fixedPath) {
        return root + fixedPath;
    }

    @Override
    public boolean exists(String fixedPath) {
        return !missing.contains(fixedPath);
    }

    @Override
    public boolean isDirectory(String fixedPath) {
        return exists(fixedPath);
    }

    @Override
    public boolean isBlockDevice(String fixedPath) {
        return devices.contains(fixedPath);
    }
}
