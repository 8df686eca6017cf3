package org.qubestools.core.libvirt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The file of libvirt's library, for the linker of the system to read ahead: it and the twenty libraries that it needs
 * take 8 ms, in which JNA can be loaded.
 */
final class LibraryFile {
    /** Debian's name of a kind of processor, by Java's. */
    private static final Map<String, String> DEBIAN = Map.of(
            "amd64", "x86_64", "aarch64", "aarch64", "riscv64", "riscv64", "ppc64le", "powerpc64le", "s390x", "s390x");

    private LibraryFile() {}

    /**
     * Has the linker load the library if it is where distributions put it. All that is lost otherwise is time: JNA asks
     * for it by its name, and says so if it is nowhere.
     *
     * @return if it was there
     */
    static boolean readAhead() {
        String kind = DEBIAN.getOrDefault(System.getProperty("os.arch", ""), "");
        for (String directory : List.of("/usr/lib/" + kind + "-linux-gnu", "/usr/lib64", "/usr/lib")) {
            Path file = Path.of(directory, NativeLibvirt.LIBRARY);
            if (Files.exists(file)) {
                return isLoaded(file);
            }
        }
        return false;
    }

    private static boolean isLoaded(Path file) {
        try {
            System.load(file.toString());
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }
}
