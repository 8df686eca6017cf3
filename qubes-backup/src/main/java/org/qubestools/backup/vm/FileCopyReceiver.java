package org.qubestools.backup.vm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.core.io.BlockInputStream;
import org.qubestools.core.io.SafeText;

/**
 * The receiving side of a file copy between VMs, which hands out the files as members and creates none.
 *
 * <p>The first thing that breaks the protocol or its limits ends the stream: the sender is told, every later call fails.
 */
final class FileCopyReceiver implements MemberSource {
    /** The senders read the size from a ustar header, which cannot say more. */
    static final long MAX_SIZE = (1L << 33) - 1;

    private static final int SKIP_BUFFER = 1 << 16;

    private final String title;
    private final InputStream in;
    private final OutputStream answer;
    private final Supplier<String> whyCut;
    private final CRC32 crc = new CRC32();
    private Content content = new Content("", 0);
    private boolean received;
    private boolean ended;
    private @Nullable DamagedArchive damage;
    private volatile boolean closed;

    /**
     * A receiver between two streams, which remain the caller's; {@code answer} is closed after the last word.
     *
     * @param title how messages name the stream
     * @param whyCut asked when the stream breaks off, for a phrase that continues the message
     */
    FileCopyReceiver(String title, InputStream in, OutputStream answer, Supplier<String> whyCut) {
        this.title = title;
        this.in = in;
        this.answer = answer;
        this.whyCut = whyCut;
    }

    @Override
    public @Nullable Member next() throws IOException {
        requireUsable();
        content.skipRest();
        while (!ended) {
            EntryHeader header = EntryHeader.parse(readExactly(EntryHeader.LENGTH));
            if (header.isEnd()) {
                end(CopyAnswer.GOOD);
            } else {
                String name = readName(header);
                content = new Content(name, header.isFile() ? header.size() : 0);
                if (header.isFile()) {
                    return new Member(name, header.size(), content);
                }
            }
        }
        return null;
    }

    /** Tells the sender that this was enough; {@link #next} then returns null. */
    void stop() {
        end(CopyAnswer.EDQUOT);
    }

    /** Ends the stream as {@code what} is against the rules; the result is for throwing. */
    DamagedArchive refuse(String what) {
        end(CopyAnswer.EINVAL);
        damage = new DamagedArchive(title + " " + what);
        return damage;
    }

    /** True if not one byte came. */
    boolean isEmpty() {
        return !received;
    }

    /**
     * Marks the source as closed: what another thread reads here fails as soon as its stream ends, which the caller has
     * to bring about.
     */
    @Override
    public void close() {
        closed = true;
    }

    private String readName(EntryHeader header) throws IOException {
        if (header.nameLength() > EntryName.MAX_LENGTH + 1) {
            throw refuse("holds a name of " + header.nameLength() + " bytes");
        }
        byte[] untrusted = readExactly((int) header.nameLength());
        int length = untrusted.length - 1;
        if (untrusted[length] != 0) {
            throw refuse("holds a name without an end");
        }
        boolean slash = header.isDirectory() && length > 1 && untrusted[length - 1] == '/';
        byte[] untrustedName = Arrays.copyOf(untrusted, slash ? length - 1 : length);
        String shown = "'" + SafeText.of(new String(untrustedName, StandardCharsets.ISO_8859_1)) + "'";
        String reason = EntryName.reasonAgainst(untrustedName);
        if (reason != null) {
            throw refuse("holds an entry " + shown + ": " + reason);
        }
        if (!header.isFile() && !header.isDirectory()) {
            throw refuse("holds " + shown + ", which is neither a file nor a directory");
        }
        if (header.size() < 0 || header.size() > (header.isFile() ? MAX_SIZE : 0)) {
            throw refuse("claims " + Long.toUnsignedString(header.size()) + " bytes for " + shown);
        }
        return new String(untrustedName, StandardCharsets.US_ASCII);
    }

    private byte[] readExactly(int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count; ) {
            filled += read(bytes, filled, count - filled);
        }
        return bytes;
    }

    /** Reads at least one byte. */
    private int read(byte[] buffer, int offset, int count) throws IOException {
        int read;
        try {
            read = in.read(buffer, offset, count);
        } catch (IOException e) {
            if (closed) {
                throw new IOException(title + " was closed", e);
            }
            throw e;
        }
        if (read < 0) {
            throw cut();
        }
        received = true;
        crc.update(buffer, offset, read);
        return read;
    }

    private IOException cut() {
        // The sender may wait for an answer before it ends and can be asked why.
        ended = true;
        closeAnswer();
        if (closed) {
            return new IOException(title + " was closed");
        }
        String member = content.remaining > 0 ? content.name : null;
        damage = DamagedArchive.at(member, title + " breaks off " + content.place() + whyCut.get());
        return damage;
    }

    private void requireUsable() throws IOException {
        if (closed) {
            throw new IOException(title + " was closed");
        }
        if (damage != null) {
            throw new DamagedArchive(String.valueOf(damage.getMessage()), damage);
        }
    }

    private void end(CopyAnswer last) {
        if (ended) {
            return;
        }
        ended = true;
        content.remaining = 0;
        try {
            answer.write(last.bytes(crc.getValue(), content.name));
            answer.flush();
        } catch (IOException e) {
            // The sender is gone, which its exit status tells; nothing that was received is worse for it.
            ended = true;
        }
        closeAnswer();
    }

    private void closeAnswer() {
        try {
            answer.close();
        } catch (IOException e) {
            // As above: nobody is there to read it.
            ended = true;
        }
    }

    /** The content of one entry; what is read after a later entry was asked for is the end. */
    private final class Content extends BlockInputStream {
        private final String name;
        private long remaining;

        Content(String name, long size) {
            this.name = name;
            this.remaining = size;
        }

        @Override
        public int read(byte[] buffer, int offset, int count) throws IOException {
            requireUsable();
            if (remaining == 0 || count == 0) {
                return remaining == 0 ? -1 : 0;
            }
            int read = FileCopyReceiver.this.read(buffer, offset, (int) Math.min(count, remaining));
            remaining -= read;
            return read;
        }

        private String place() {
            return name.isEmpty() ? "before its first entry" : (remaining > 0 ? "inside '" : "after '") + name + "'";
        }

        private void skipRest() throws IOException {
            byte[] buffer = new byte[(int) Math.min(remaining, SKIP_BUFFER)];
            for (int read = 0; read >= 0; ) {
                read = read(buffer, 0, buffer.length);
            }
        }
    }
}
