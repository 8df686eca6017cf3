package org.qubestools.core.libvirt;

/**
 * Libvirt's event loop, of which a process has one: begun by the first that wants events, before the connection that
 * brings them is opened, and run until the process ends. A process without events never has it.
 */
final class EventLoop {
    private static boolean started;

    private EventLoop() {}

    /** A LibvirtFailure if there can be none. */
    static synchronized void ensureStarted(NativeLibvirt libvirt) {
        if (!started) {
            libvirt.number("virEventRegisterDefaultImpl");
            Thread thread = new Thread(() -> run(libvirt), "libvirt events");
            thread.setDaemon(true);
            thread.start();
            started = true;
        }
    }

    /** A round that fails is no reason to end: without the loop connections with keepalive die. */
    private static void run(NativeLibvirt libvirt) {
        while (true) {
            libvirt.plain("virEventRunDefaultImpl");
        }
    }
}
