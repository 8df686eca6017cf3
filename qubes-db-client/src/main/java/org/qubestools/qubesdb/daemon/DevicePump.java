package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;
import org.qubestools.qubesdb.Background;

/**
 * Between a device, whose reads and writes wait, and the loop, which does not: one thread and one pipe for each direction.
 * When the loop closes its ends, the device is closed; when the device ends, the loop sees the end of the stream.
 */
final class DevicePump {
    private static final int BLOCK = 4096;

    private final Pipe up;
    private final Pipe down;

    /** A device that can be read and written at the same time. */
    interface Port extends Channel {
        int read(ByteBuffer target) throws IOException;

        void write(ByteBuffer source) throws IOException;
    }

    /** Opens a device. */
    interface Opener {
        Port open() throws IOException;
    }

    /** A special file. It is opened once: such ports allow no more. */
    private static final class DevicePort implements Port {
        private final RandomAccessFile file;

        DevicePort(Path device) throws IOException {
            requireDevice(device);
            this.file = new RandomAccessFile(device.toString(), "rw");
        }

        /** One that is not there would be made. */
        private static void requireDevice(Path device) throws IOException {
            try {
                if (!Files.readAttributes(device, BasicFileAttributes.class).isOther()) {
                    throw new IOException(device + " is no device");
                }
            } catch (NoSuchFileException e) {
                throw new IOException(device + " is not there", e);
            }
        }

        /** By the channel, as that can be closed meanwhile. */
        @Override
        public int read(ByteBuffer target) throws IOException {
            return file.getChannel().read(target);
        }

        /** Not by the channel, where it would wait for the end of the read. */
        @Override
        public void write(ByteBuffer source) throws IOException {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            file.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return file.getChannel().isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private DevicePump() throws IOException {
        this.up = Pipe.open();
        boolean opened = false;
        try {
            this.down = Pipe.open();
            opened = true;
        } finally {
            if (!opened) {
                closeQuietly(up.source());
                closeQuietly(up.sink());
            }
        }
    }

    /**
     * Starts to pump; the device is opened by then or later, or the stream ends.
     *
     * @param failed told by the loop why the device could not be opened
     */
    static PeerChannel start(Path device, Loop loop, Loop.Handler handler, Consumer<IOException> failed)
            throws IOException {
        return start(() -> new DevicePort(device), loop, handler, failed);
    }

    static PeerChannel start(Opener opener, Loop loop, Loop.Handler handler, Consumer<IOException> failed)
            throws IOException {
        DevicePump pump = new DevicePump();
        boolean registered = false;
        try {
            PeerChannel channel = PeerChannel.of(pump.up.source(), pump.down.sink(), loop, handler);
            registered = true;
            Background.start("qubesdb-port-read", () -> pump.run(() -> open(opener, loop, failed)));
            return channel;
        } finally {
            if (!registered) {
                pump.closePipes();
            }
        }
    }

    /** The reason gets to the loop before the end of the stream does. */
    private static Port open(Opener opener, Loop loop, Consumer<IOException> failed) throws IOException {
        try {
            return opener.open();
        } catch (IOException e) {
            loop.call(() -> {
                failed.accept(e);
                return true;
            });
            throw e;
        }
    }

    private void run(Opener opener) {
        try (Port port = opener.open()) {
            Background.start("qubesdb-port-write", () -> pumpDown(port));
            ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
            while (port.read(buffer) >= 0) {
                writeAll(buffer.flip(), up.sink());
                buffer.clear();
            }
        } catch (IOException e) {
            // The end of the stream, for which the loop logs that the link is gone.
        } finally {
            closeQuietly(up.sink());
            closeQuietly(down.source());
        }
    }

    /** Until the loop closes its end; that ends the read of the other thread as well. */
    private void pumpDown(Port port) {
        ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
        try (Port closing = port;
                ReadableByteChannel source = down.source()) {
            while (source.read(buffer) >= 0) {
                closing.write(buffer.flip());
                buffer.clear();
            }
        } catch (IOException e) {
            // The device has gone: the other thread sees that too.
        }
    }

    private static void writeAll(ByteBuffer bytes, WritableByteChannel channel) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private void closePipes() {
        closeQuietly(up.source());
        closeQuietly(up.sink());
        closeQuietly(down.source());
        closeQuietly(down.sink());
    }

    private static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // There is nobody to tell.
        }
    }
}
