package org.qubestools.backup.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.BlockInputStream;
import org.qubestools.core.io.SafeText;

/**
 * The outer archive of formats 2 to 4 as a stream: complete small tar archives one behind the other, each with regular
 * files only. Nothing in it is trusted; see the rules for readers in docs/backup-format.md.
 */
public final class OuterTarReader implements MemberSource {
    /** A pax header in front of a member may be so long. */
    static final int MAX_PAX = 64 * 1024;
    /** Blocks of pax headers that stand between a member's first block and its own header, and one more. */
    private static final int LOOK_AHEAD = 3;

    private final InputStream in;
    private final Consumer<String> rejections;
    private final Consumer<String> warnings;
    private final byte[] block = new byte[TarBlock.SIZE];
    private Predicate<String> wanted = name -> false;
    private final @Nullable Reopen reopen;
    private long left;
    private long position;
    private boolean zeroBefore;
    private boolean ended;
    /** The pax header of the next member was read. */
    private boolean announced;
    /** The first chunk of qubes.xml went by: what comes now can be passed over. */
    private boolean storeSeen;

    private @Nullable Content current;

    /**
     * Reads from {@code in}, which the reader closes.
     *
     * @param reopen opens the input at an offset; null where it cannot be read twice
     * @param length bytes of the whole input; {@link Long#MAX_VALUE} for one that cannot tell
     * @param rejections told of each member that was skipped because the format does not allow it
     * @param warnings told of what is wrong but costs nothing
     */
    public OuterTarReader(
            InputStream in,
            long length,
            @Nullable Reopen reopen,
            Consumer<String> rejections,
            Consumer<String> warnings) {
        this.in = in;
        this.reopen = reopen;
        this.left = length;
        this.rejections = rejections;
        this.warnings = warnings;
    }

    /** From now on a block that begins with such a name is no rubbish even without a checksum. */
    @Override
    public void expect(Predicate<String> names) {
        wanted = names;
    }

    @Override
    public @Nullable MemberSource ahead() throws IOException {
        if (reopen == null) {
            return null;
        }
        long rest = current == null ? 0 : current.rest + current.padding;
        return new OuterTarReader(reopen.at(position + rest), left - rest, null, said -> {}, said -> {});
    }

    @Override
    public @Nullable Member next() throws IOException {
        if (current != null) {
            current.skipAll();
            current = null;
        }
        while (!ended) {
            int got = readBlock();
            if (announced && TarBlock.isZero(block, got)) {
                throw DamagedArchive.at(null, "the archive ends between the headers of a member");
            }
            if (got == 0) {
                ended = true;
            } else if (TarBlock.isZero(block, got)) {
                zeroBefore = true;
            } else {
                TarBlock header = new TarBlock(block);
                if (got < TarBlock.SIZE || !header.hasChecksum()) {
                    endAtRubbish(header, got);
                } else {
                    zeroBefore = false;
                    Member member = member(header);
                    if (member != null) {
                        return member;
                    }
                }
            }
        }
        return null;
    }

    /** The file at this header, or null if it was skipped. */
    private @Nullable Member member(TarBlock header) throws IOException {
        long size = size(header);
        char type = header.type();
        announced = type == 'x';
        if (announced) {
            skipPax(size);
            return null;
        }
        String name = new String(header.name(), StandardCharsets.ISO_8859_1);
        String fault = nameFault(name);
        if (type != '0' && type != 0) {
            if (type != '5') {
                reject("member '" + SafeText.of(name) + "' is no regular file (type '"
                        + SafeText.of(String.valueOf(type)) + "') and was skipped");
            }
            new Content(name, size).skipAll();
            return null;
        }
        if (fault != null) {
            reject("member '" + SafeText.of(name) + "' was skipped: " + fault);
            new Content(name, size).skipAll();
            return null;
        }
        storeSeen |= name.startsWith("qubes.xml.000");
        current = new Content(name, size);
        Reopen second = reopen;
        long start = position;
        return new Member(name, size, current, second == null ? null : () -> second.at(start));
    }

    /** Tells of a member that must not be there; in front of qubes.xml nothing of the kind is let pass. */
    private void reject(String reason) throws DamagedArchive {
        if (!storeSeen) {
            throw DamagedArchive.at(null, reason);
        }
        rejections.accept(reason);
    }

    private long size(TarBlock header) throws DamagedArchive {
        String name = SafeText.of(new String(header.name(), StandardCharsets.ISO_8859_1));
        try {
            long size = header.size();
            if (size > left) {
                throw DamagedArchive.at(name, "the archive ends inside member '" + name + "'");
            }
            return size;
        } catch (DamagedArchive e) {
            throw e.member().isPresent() ? e : DamagedArchive.at(name, "the size of member '" + name + "' is damaged");
        }
    }

    private void endAtRubbish(TarBlock header, int got) throws IOException {
        String name = new String(header.name(), StandardCharsets.ISO_8859_1);
        boolean known = wanted.test(name);
        boolean first = position <= TarBlock.SIZE;
        boolean wasHeader = header.isNearlyHeader()
                || (got < TarBlock.SIZE && TarBlock.canBeCutHeader(block, got))
                || (got == TarBlock.SIZE && headerFollows());
        if (first && !wasHeader) {
            throw DamagedArchive.at(null, "this is no tar archive");
        }
        if (!zeroBefore || announced || known || wasHeader) {
            throw DamagedArchive.at(
                    known ? name : null,
                    known
                            ? "the header of member '" + SafeText.of(name) + "' is damaged"
                            : "the archive is damaged between two members");
        }
        warnings.accept("the archive is followed by something else, which was ignored");
        ended = true;
    }

    /** True if one of the next blocks is a header, so that only the pax header in front of it is damaged. */
    private boolean headerFollows() throws IOException {
        for (int i = 0; i < LOOK_AHEAD; i++) {
            int got = readBlock();
            TarBlock next = new TarBlock(block);
            if (got == TarBlock.SIZE && next.hasMagic() && next.hasChecksum()) {
                return true;
            }
        }
        return false;
    }

    private void skipPax(long size) throws IOException {
        if (size > MAX_PAX) {
            throw DamagedArchive.at(null, "a member of the archive has a header of " + size + " bytes");
        }
        Content content = new Content("header", size);
        PaxRecords records = PaxRecords.parse(content.readNBytes((int) size));
        content.skipAll();
        if (records.get("path") != null || records.get("size") != null) {
            throw DamagedArchive.at(null, "a member of the archive has its name or size in a pax header");
        }
    }

    /** Why a member of this name is not let in, or null. */
    static @Nullable String nameFault(String name) {
        if (name.isEmpty() || name.length() > 255) {
            return "its name is empty or too long";
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < 0x20 || c >= 0x7f || c == '\\') {
                return "its name has characters that are not allowed";
            }
        }
        String[] parts = name.split("/", -1);
        if (parts.length > 16) {
            return "its name has more than 16 levels";
        }
        for (String part : parts) {
            if (part.isEmpty() || part.equals("..")) {
                return "its name is absolute or leads elsewhere";
            }
        }
        return null;
    }

    /** Bytes read into the block: 512, fewer at the end of the input. */
    private int readBlock() throws IOException {
        Arrays.fill(block, (byte) 0);
        int got = in.readNBytes(block, 0, TarBlock.SIZE);
        count(got);
        return got;
    }

    private void count(long bytes) {
        left -= bytes;
        position += bytes;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Opens the input once more, at {@code offset} bytes from its start; the caller closes the stream. */
    public interface Reopen {
        InputStream at(long offset) throws IOException;
    }

    /** The bytes of one member; then its padding. */
    private final class Content extends BlockInputStream {
        private final String name;
        private long rest;
        private int padding;

        Content(String name, long size) {
            this.name = name;
            this.rest = size;
            this.padding = (int) (-size & (TarBlock.SIZE - 1));
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (rest == 0) {
                return -1;
            }
            if (length == 0) {
                return 0;
            }
            int got = in.read(buffer, offset, (int) Math.min(rest, length));
            if (got < 0) {
                throw DamagedArchive.at(name, "the archive ends inside member '" + SafeText.of(name) + "'");
            }
            rest -= got;
            count(got);
            return got;
        }

        void skipAll() throws IOException {
            while (rest > 0) {
                long skipped = in.skip(rest);
                rest -= skipped;
                count(skipped);
                if (skipped == 0) {
                    read();
                }
            }
            // A last member that lacks its padding has lost nothing.
            int got = in.readNBytes(block, 0, padding);
            count(got);
            padding = 0;
        }
    }
}
