package org.qubestools.core.libvirt;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The functions of {@code libvirt.so.0}, called by name; loading this class loads JNA.
 *
 * <p>No interface of methods and no direct mapping: both look at every method by reflection before the first call, which
 * takes longer than all calls of a short run. The last error of libvirt belongs to the thread of the operating system:
 * a call and the question for its error are made by one thread.
 *
 * <p>Open: in tests another one answers some of the calls as a driver would that is not at hand.
 */
abstract class NativeLibvirt {
    static final String LIBRARY = "libvirt.so.0";

    /** Where {@code virError} has its fields on 64-bit machines. */
    private static final int ERROR_MESSAGE = 8;

    private static final int ERROR_DETAIL = 48;

    private final NativeLibrary library;

    private NativeLibvirt(NativeLibrary library) {
        this.library = library;
    }

    /** All functions as they are. */
    private static final class Loaded extends NativeLibvirt {
        Loaded(NativeLibrary library) {
            super(library);
        }
    }

    /** The same library. */
    NativeLibvirt(NativeLibvirt loaded) {
        this(loaded.library);
    }

    /** {@link #load} for another thread. No lambda: the first of a process takes 3 ms, in which nothing would be loaded. */
    static final class Loading implements LimitedCalls.Call<NativeLibvirt> {
        @Override
        public NativeLibvirt call() {
            return load();
        }
    }

    /** LinkageError if JNA or libvirt are not there. Several calls share what is loaded. */
    static NativeLibvirt load() {
        if (System.getProperty("jna.platform.library.path") == null) {
            // Else JNA runs ldconfig to learn where libraries are: 30 ms. The linker of the system knows.
            System.setProperty("jna.platform.library.path", "");
        }
        if (!Platform.isLinux() || Native.LONG_SIZE != Long.BYTES) {
            throw new UnsatisfiedLinkError("this is not a 64-bit Linux");
        }
        NativeLibrary library = NativeLibrary.getInstance(
                LIBRARY, Map.of(Library.OPTION_STRING_ENCODING, StandardCharsets.UTF_8.name()));
        NativeLibvirt libvirt = new Loaded(library);
        libvirt.silence();
        return libvirt;
    }

    /**
     * Has libvirt print no error: it calls {@code labs(userData)} instead, which does nothing. Code of ours could not
     * be called safely from all of its threads.
     */
    private void silence() {
        Function nothing = NativeLibrary.getProcess().getFunction("labs");
        function("virSetErrorFunc").invokeVoid(new Object[] {null, nothing});
    }

    private Function function(String name) {
        return library.getFunction(name);
    }

    /** A call that returns a pointer, where null means failure. */
    Pointer pointer(String name, @Nullable Object... arguments) {
        Pointer result = function(name).invokePointer(arguments);
        if (result == null) {
            throw failure();
        }
        return result;
    }

    /** A call that returns a number, where negative ones mean failure. */
    int number(String name, @Nullable Object... arguments) {
        int result = function(name).invokeInt(arguments);
        if (result < 0) {
            throw failure();
        }
        return result;
    }

    /** A call whose outcome is of no interest or no failure when negative. */
    int plain(String name, @Nullable Object... arguments) {
        return function(name).invokeInt(arguments);
    }

    /** A call without a result. */
    void order(String name, @Nullable Object... arguments) {
        function(name).invokeVoid(arguments);
    }

    /** A text that libvirt keeps. */
    String keptText(String name, @Nullable Object... arguments) {
        return pointer(name, arguments).getString(0, StandardCharsets.UTF_8.name());
    }

    /** A text that the caller of libvirt frees, which is done here. */
    String ownedText(String name, @Nullable Object... arguments) {
        Pointer text = pointer(name, arguments);
        String copy = text.getString(0, StandardCharsets.UTF_8.name());
        free(text);
        return copy;
    }

    /** Gives memory back that libvirt left to its caller. */
    static void free(@Nullable Pointer memory) {
        if (memory != null) {
            Native.free(Pointer.nativeValue(memory));
        }
    }

    /** A number of 64 bits in a structure, in the order of this machine. */
    static long getLong(byte[] structure, int offset) {
        return ByteBuffer.wrap(structure).order(ByteOrder.nativeOrder()).getLong(offset);
    }

    /** The same of 32 bits. */
    static int getInt(byte[] structure, int offset) {
        return ByteBuffer.wrap(structure).order(ByteOrder.nativeOrder()).getInt(offset);
    }

    private LibvirtFailure failure() {
        Pointer error = function("virGetLastError").invokePointer(new Object[0]);
        if (error == null) {
            return new LibvirtFailure(LibvirtFailure.NO_CODE, "no reason given", "");
        }
        return new LibvirtFailure(error.getInt(0), text(error, ERROR_MESSAGE), text(error, ERROR_DETAIL));
    }

    private static String text(Pointer error, int offset) {
        Pointer text = error.getPointer(offset);
        return text == null ? "" : text.getString(0, StandardCharsets.UTF_8.name());
    }
}
