package org.qubestools.core.libvirt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
     * Has the linker load the library if it is where distributions put it and none is where the linker would look before.
     * All that is lost otherwise is time: JNA asks for it by its name, and says so if it is nowhere.
     */
    static void readAhead() {
        String kind = DEBIAN.getOrDefault(System.getProperty("os.arch", ""), "");
        // The first are those of LD_LIBRARY_PATH.
        List<String> directories = new ArrayList<>(
                List.of(System.getProperty("java.library.path", "").split(":", -1)));
        directories.addAll(List.of("/usr/lib/" + kind + "-linux-gnu", "/usr/lib64", "/usr/lib"));
        for (String directory : directories) {
            if (directory.startsWith("/") && isIn(directory)) {
                load(Path.of(directory, NativeLibvirt.LIBRARY));
                return;
            }
        }
    }

    private static boolean isIn(String directory) {
        return Files.exists(Path.of(directory, NativeLibvirt.LIBRARY));
    }

    private static void load(Path file) {
        if (isIn("/usr/local/lib") || isIn("/usr/local/lib64")) {
            return;
        }
        try {
            System.load(file.toString());
        } catch (UnsatisfiedLinkError e) {
            return; // JNA will say it
        }
    }
}
