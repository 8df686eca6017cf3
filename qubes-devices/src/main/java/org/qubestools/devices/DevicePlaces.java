package org.qubestools.devices;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which disk a path below /dev leads to: by sysfs where that of the backend can be read, else by the names. */
public interface DevicePlaces {
    /** Names alone, for devices of other VMs. */
    DevicePlaces BY_NAME = path -> path.startsWith("/dev/")
            ? DeviceName.find(path)
                    .map(name -> new Place(name.kernelName(), name.isPartition() ? name.wholeDisk() : null))
            : Optional.empty();

    /** The device of a path; empty if it leads to none that is known. */
    Optional<Place> find(String path);

    /** By sysfs, and by the name where that does not know the path. */
    static DevicePlaces of(SysfsReader sysfs) {
        return path -> sysfs.byPath(path)
                .map(block -> new Place(block.kernelName(), block.parent()))
                .or(() -> BY_NAME.find(path));
    }

    /**
     * A device and its disk.
     *
     * @param disk kernel name of the whole disk, if this is a partition
     */
    record Place(String kernelName, @Nullable String disk) {
        public Place {
            Objects.requireNonNull(kernelName);
        }

        /** Whether they share bytes: the same device, or one is a partition of the other. */
        public boolean overlaps(Place other) {
            return kernelName.equals(other.kernelName)
                    || kernelName.equals(other.disk)
                    || other.kernelName.equals(disk);
        }
    }

    /** Whether two paths of one backend share bytes. Equal paths do, of files too. */
    default boolean overlap(String path, String other) {
        if (path.equals(other)) {
            return true;
        }
        Optional<Place> place = find(path);
        Optional<Place> otherPlace = find(other);
        return place.isPresent() && otherPlace.isPresent() && place.get().overlaps(otherPlace.get());
    }
}
