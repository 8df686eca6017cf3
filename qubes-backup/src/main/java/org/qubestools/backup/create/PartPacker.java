package org.qubestools.backup.create;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.BlockingQueue;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.crypto.OpensslCipher;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.Slices;
import org.qubestools.backup.format.ChunkName;
import org.qubestools.backup.pipeline.OrderedBlocks;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.TaskScope;

/**
 * The task that makes chunks of compressed blocks: encrypts, cuts, authenticates. The header is given on when the
 * qubes.xml behind it is known to fit.
 */
final class PartPacker implements TaskScope.Task {
    /**
     * Most bytes of the qubes.xml as it is stored. The originals read its first chunk only, and of that one, the header
     * and what authenticates both together 1 MiB.
     */
    static final int MOST_OF_STORE = (1 << 20) - 4096;

    /** The inner archive that comes first. */
    static final String STORE = "qubes.xml";

    private final WriteFormat format;
    private final Passphrase passphrase;
    private final FinishedChunk header;
    private final OrderedBlocks blocks;
    private final ChunkMaker chunks;
    private final BlockingQueue<FinishedChunk> finished;
    private final SecureRandom random;
    private byte[] encrypted = new byte[0];
    private @Nullable Cipher cipher;
    private @Nullable OpenChunk chunk;
    private String path = "";
    private int number;

    PartPacker(
            WriteFormat format,
            Passphrase passphrase,
            FinishedChunk header,
            OrderedBlocks blocks,
            ChunkMaker chunks,
            BlockingQueue<FinishedChunk> finished,
            SecureRandom random) {
        this.format = format;
        this.passphrase = passphrase;
        this.header = header;
        this.blocks = blocks;
        this.chunks = chunks;
        this.finished = finished;
        this.random = random;
    }

    @Override
    public void run() throws InterruptedException, IOException {
        while (true) {
            OrderedBlocks.Item item = blocks.take();
            if (item instanceof OrderedBlocks.Begin begin) {
                begin(begin.name());
            } else if (item instanceof OrderedBlocks.Data data) {
                byte[] bytes = data.bytes();
                encrypt(bytes, data.size());
                data.release();
            } else if (item instanceof OrderedBlocks.End) {
                end();
            } else {
                finished.put(FinishedChunk.LAST);
                return;
            }
        }
    }

    private void begin(String archive) throws InterruptedException, IOException {
        path = archive;
        number = 0;
        chunk = chunks.open(new ChunkName(path, number));
        if (format.cipher() != null) {
            byte[] prefix = OpensslCipher.newPrefix(random);
            cipher = format.cipher().encrypting(passphrase, prefix);
            cut(prefix, prefix.length);
        }
    }

    private void encrypt(byte[] bytes, int length) throws InterruptedException, IOException {
        Cipher working = cipher;
        if (working == null) {
            cut(bytes, length);
            return;
        }
        if (encrypted.length < length + 64) {
            encrypted = new byte[length + 64];
        }
        try {
            cut(encrypted, Slices.update(working, bytes, 0, length, encrypted, 0));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("encryption failed", e);
        }
    }

    private void end() throws InterruptedException, IOException {
        Cipher working = cipher;
        cipher = null;
        if (working != null) {
            try {
                byte[] rest = working.doFinal();
                cut(rest, rest.length);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("encryption failed", e);
            }
        }
        OpenChunk last = chunk;
        chunk = null;
        if (isStore()) {
            finished.put(header);
        }
        if (last != null) {
            finished.put(last.finish());
        }
    }

    private boolean isStore() {
        return path.equals(STORE);
    }

    private QubesException storeTooLarge() {
        WriteFormat.Compression compression = format.compression();
        return new QubesException(
                ErrorKind.FAILED,
                "the qubes.xml of the backup would take more than 1 MiB there, which no program would read; nothing was"
                        + " written",
                compression == null
                        ? "compress the backup, with -z say"
                        : "compress better than " + compression.program() + " did, with -Z xz say");
    }

    private void cut(byte[] bytes, int length) throws InterruptedException, IOException {
        int most = isStore() ? MOST_OF_STORE : format.chunkSize();
        int at = 0;
        while (at < length) {
            OpenChunk open = chunk;
            if (open == null || open.size() == most) {
                if (isStore()) {
                    throw storeTooLarge();
                }
                if (open != null) {
                    finished.put(open.finish());
                }
                number++;
                open = chunks.open(new ChunkName(path, number));
                chunk = open;
            }
            int part = (int) Math.min(length - at, most - open.size());
            open.append(bytes, at, part);
            at += part;
        }
    }
}
