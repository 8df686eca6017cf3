package org.qubestools.backup.create;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.OuterTarWriter;
import org.qubestools.backup.compress.BlockCodec;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.OpensslCipher;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.crypto.ScryptLimits;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.backup.pipeline.OrderedBlocks;
import org.qubestools.backup.pipeline.SegmentPool;
import org.qubestools.backup.pipeline.SpillSpace;
import org.qubestools.core.io.TaskScope;

/** The members that a packer makes of streams. */
final class PackedChunks {
    static final String PASSPHRASE = "correct horse";
    static final String ID = "20240101T000000-1";
    static final ScryptCost CHEAP = new ScryptCost(2, 1, 1);

    private PackedChunks() {}

    static Passphrase passphrase() {
        return Passphrase.ofFirstLine(PASSPHRASE.getBytes(StandardCharsets.UTF_8));
    }

    static WriteFormat v3(@Nullable String cipher, int chunk) {
        OpensslCipher known =
                cipher == null ? null : OpensslCipher.named(cipher).orElseThrow();
        return new WriteFormat(FormatVersion.V3, known, HmacDigest.SHA512, null, CHEAP, chunk);
    }

    static WriteFormat v4(int chunk) {
        return new WriteFormat(FormatVersion.V4, null, HmacDigest.SHA512, null, CHEAP, chunk);
    }

    /** Content of each member by its name, in their order. */
    static Map<String, byte[]> of(WriteFormat format, Map<String, byte[]> streams) throws Exception {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        OuterTarWriter outer = new OuterTarWriter(archive, 0);
        BlockingQueue<FinishedChunk> finished = new LinkedBlockingQueue<>();
        try (Passphrase passphrase = passphrase();
                KeyDerivation derivation = new KeyDerivation(ScryptLimits.within(1 << 20));
                TaskScope scope = new TaskScope()) {
            OrderedBlocks blocks = new OrderedBlocks(scope, 2, BlockCodec::none);
            SecureRandom random = new SecureRandom();
            SegmentPool pool = new SegmentPool(64L << 20);
            SpillSpace spill = new SpillSpace(Path.of("/nonexistent"));
            ChunkKeys keys = new ChunkKeys(format.cost(), ID, passphrase, random, derivation);
            keys.start(scope, 2);
            ChunkMaker maker = format.isV4()
                    ? ChunkMaker.scrypt(keys, pool, spill)
                    : ChunkMaker.hmac(format, passphrase, pool, spill);
            scope.fork("pack", new PartPacker(format, passphrase, out -> {}, blocks, maker, finished, random));
            for (Map.Entry<String, byte[]> stream : streams.entrySet()) {
                write(blocks, stream.getKey(), stream.getValue());
            }
            blocks.last();
            new ChunkSender(finished, outer).run();
        }
        return members(archive.toByteArray());
    }

    private static void write(OrderedBlocks blocks, String name, byte[] content) throws IOException {
        try (OutputStream out = blocks.begin(name)) {
            out.write(content);
        }
    }

    /** The members of an outer archive. */
    static Map<String, byte[]> members(byte[] archive) {
        Map<String, byte[]> members = new LinkedHashMap<>();
        int at = 0;
        while (at < archive.length) {
            String name = text(archive, at, 100);
            int size = Integer.parseInt(text(archive, at + 124, 12), 8);
            members.put(name, java.util.Arrays.copyOfRange(archive, at + 512, at + 512 + size));
            at += (512 + size + 1024 + 511) / 512 * 512;
            at = (at + 10239) / 10240 * 10240;
        }
        return members;
    }

    private static String text(byte[] bytes, int offset, int length) {
        String text = new String(bytes, offset, length, StandardCharsets.US_ASCII);
        int end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
    }

    /** All chunks of a stream joined. */
    static byte[] joined(Map<String, byte[]> members, List<String> names) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String name : names) {
            all.writeBytes(members.get(name));
        }
        return all.toByteArray();
    }
}
