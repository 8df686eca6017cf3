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
     * Has the linker load the library if it is where distributions put it and nothing tells the linker of another one.
     * All that is lost otherwise is time: JNA asks for it by its name, and says so if it is nowhere.
     */
    static void readAhead() {
        if (System.getenv("LD_LIBRARY_PATH") != null || isIn("/usr/local/lib") || isIn("/usr/local/lib64")) {
            return;
        }
        String kind = DEBIAN.getOrDefault(System.getProperty("os.arch", ""), "");
        for (String directory : List.of("/usr/lib/" + kind + "-linux-gnu", "/usr/lib64", "/usr/lib")) {
            if (isIn(directory)) {
                load(Path.of(directory, NativeLibvirt.LIBRARY));
                return;
            }
        }
    }

    private static boolean isIn(String directory) {
        return Files.exists(Path.of(directory, NativeLibvirt.LIBRARY));
    }

    private static void load(Path file) {
        try {
            System.load(file.toString());
        } catch (UnsatisfiedLinkError e) {
            return; // JNA will say it
        }
    }
}
