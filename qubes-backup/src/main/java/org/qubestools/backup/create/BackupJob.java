package org.qubestools.backup.create;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.OuterTarWriter;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.backup.archive.TarWriter;
import org.qubestools.backup.compress.BlockCodec;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.PartHmac;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.crypto.ScryptLimits;
import org.qubestools.backup.format.BackupHeader;
import org.qubestools.backup.format.FirewallXml;
import org.qubestools.backup.pipeline.OrderedBlocks;
import org.qubestools.backup.pipeline.SegmentPool;
import org.qubestools.backup.pipeline.SpillSpace;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Progress;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.TaskScope;

/**
 * Writes one backup: the calling thread reads the files, others compress, one encrypts and authenticates, one sends. The
 * first failure of any ends all.
 */
public final class BackupJob {
    private static final DateTimeFormatter ID_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int STORE_MODE = 0660;
    private static final ByteName STORE_NAME = ByteName.of(PartPacker.STORE);
    /** What may follow the path of an inner archive in the name of a member. */
    private static final String LONGEST_SUFFIX = ".12345.hmac";

    private final WriteFormat format;
    private final Settings settings;
    private final Passphrase passphrase;
    private final JobMemory memory;
    private final SecureRandom random = new SecureRandom();

    /**
     * What a job needs of its surroundings.
     *
     * @param memory bytes that chunks and key derivations may take together
     * @param threads how many compress
     * @param extents which parts of files hold data
     * @param spill where chunks of more than 128 MiB wait
     * @param now the time the backup carries
     * @param processId part of the name that a backup of format 4 has
     * @param warnings told of what was left out because it is no file
     */
    public record Settings(
            long memory,
            int threads,
            Extents extents,
            SpillSpace spill,
            Instant now,
            long processId,
            Progress progress,
            Consumer<String> warnings) {}

    /** A job; the passphrase stays the caller's. */
    public BackupJob(WriteFormat format, Settings settings, Passphrase passphrase) {
        this.format = format;
        this.settings = settings;
        this.passphrase = passphrase;
        this.memory = new JobMemory(format, settings.memory(), settings.threads());
    }

    /**
     * Writes header, {@code store} (the qubes.xml of the backup) and all files of the plan. {@code target} stays open,
     * to be finished by the caller; it is closed if this fails.
     *
     * @throws QubesException FAILED, naming file or target; CANCELLED on interruption
     */
    public void run(BackupPlan plan, byte[] store, BackupTarget target) {
        memory.requireEnough();
        requireShortNames(plan);
        ScryptLimits limits = new ScryptLimits(memory.derivations(), Long.MAX_VALUE);
        try (KeyDerivation derivation = new KeyDerivation(limits);
                TaskScope scope = new TaskScope()) {
            try {
                settings.progress().start(apparentSize(plan));
                write(scope, derivation, plan, store, new TargetStream(target));
            } catch (InterruptedException | IOException e) {
                throw abandoned(target, failure(scope, e));
            } catch (QubesException e) {
                throw abandoned(target, scope.failure() == null ? e : failure(scope, e));
            }
        } finally {
            settings.progress().done();
        }
    }

    /** The sender may be waiting for a target that takes nothing; closed, it lets go of it. */
    private static RuntimeException abandoned(BackupTarget target, RuntimeException failure) {
        try {
            target.close();
        } catch (QubesException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    /** The program on the side of a VM knows no names of more than 100 bytes, or of other characters than ASCII. */
    private static void requireShortNames(BackupPlan plan) {
        for (PlannedBackup vm : plan.vms()) {
            for (PlannedFile file : vm.files()) {
                if (!OuterTarWriter.isName(file.path() + LONGEST_SUFFIX)) {
                    throw new QubesException(
                            ErrorKind.FAILED,
                            "the path '" + SafeText.of(file.path()) + "' of VM '"
                                    + SafeText.of(vm.vm().name()) + "' does not fit into a backup: it is too long or"
                                    + " not of ASCII characters",
                            "move the VM's directory, or leave it out with --exclude");
                }
            }
        }
    }

    private static long apparentSize(BackupPlan plan) throws IOException {
        long total = 0;
        for (PlannedBackup vm : plan.vms()) {
            total += TreeArchiver.apparentSize(vm.files());
        }
        return total;
    }

    private static RuntimeException failure(TaskScope scope, Exception seen) {
        Throwable first = scope.failure();
        Throwable cause = first == null ? seen : first;
        if (cause instanceof RuntimeException known) {
            return known;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        if (first == null
                && (seen instanceof InterruptedException
                        || Thread.currentThread().isInterrupted())) {
            return new QubesException(ErrorKind.CANCELLED, "the backup was cancelled", null, seen);
        }
        if (cause instanceof IOException io) {
            String what = first == null ? "reading the files failed: " : "writing the backup failed: ";
            return new QubesException(ErrorKind.FAILED, what + fileOf(io) + IoReason.of(io), IoReason.advice(io), io);
        }
        return new QubesException(ErrorKind.FAILED, "the backup failed: " + cause.getMessage(), null, cause);
    }

    private static String fileOf(IOException failure) {
        return failure instanceof java.nio.file.FileSystemException file && file.getFile() != null
                ? SafeText.of(file.getFile()) + ": "
                : "";
    }

    private void write(TaskScope scope, KeyDerivation derivation, BackupPlan plan, byte[] store, OutputStream target)
            throws IOException, InterruptedException {
        String id = ID_TIME.format(settings.now()) + "-" + settings.processId();
        BlockingQueue<FinishedChunk> finished = new ArrayBlockingQueue<>(1);
        ChunkKeys keys = new ChunkKeys(format.cost(), id, passphrase, random, derivation);
        if (format.isV4()) {
            keys.start(scope, memory.derivationsAtOnce());
            keys.expect(archives(plan));
        }
        OuterTarWriter outer = new OuterTarWriter(target, settings.now().getEpochSecond());
        TaskGate sender = new TaskGate(new ChunkSender(finished, outer));
        scope.fork("qubes-backup-send", sender);
        OrderedBlocks blocks = new OrderedBlocks(scope, settings.threads(), this::codec);
        FinishedChunk header = header(format.header(id).bytes(), keys);
        TaskGate packer =
                new TaskGate(new PartPacker(format, passphrase, header, blocks, chunks(keys), finished, random));
        scope.fork("qubes-backup-pack", packer);
        store(scope, blocks, store);
        TreeArchiver archiver = new TreeArchiver(settings.extents(), settings.progress(), settings.warnings());
        for (PlannedBackup vm : plan.vms()) {
            settings.progress().item(vm.isHome() ? "dom0" : SafeText.of(vm.vm().name()));
            for (PlannedFile file : vm.files()) {
                file(scope, blocks, file, archiver);
            }
        }
        blocks.last();
        packer.await();
        keys.end();
        sender.await();
    }

    private ChunkMaker chunks(ChunkKeys keys) {
        SegmentPool pool = new SegmentPool(memory.chunks());
        return format.isV4()
                ? ChunkMaker.scrypt(keys, pool, settings.spill())
                : ChunkMaker.hmac(format, passphrase, pool, settings.spill());
    }

    private BlockCodec codec() {
        WriteFormat.Compression compression = format.compression();
        return compression == null || compression.filter() == null
                ? BlockCodec.none()
                : BlockCodec.of(compression.filter(), compression.level());
    }

    private FinishedChunk header(byte[] bytes, ChunkKeys keys) throws InterruptedException {
        if (!format.isV4()) {
            PartHmac hmac = PartHmac.start(format.digest(), passphrase);
            hmac.update(bytes, 0, bytes.length);
            byte[] sum = PartHmac.text(hmac.end());
            return out -> {
                out.member(BackupHeader.MEMBER, bytes);
                out.member(BackupHeader.HMAC_MEMBER, sum);
            };
        }
        Future<ScryptEnvelope> key = keys.header();
        return out -> {
            out.member(BackupHeader.MEMBER, bytes);
            InputStream sealed = ChunkKeys.delivered(key).sealing(new ByteArrayInputStream(bytes));
            out.member(BackupHeader.HMAC_MEMBER, sealed, bytes.length + ScryptEnvelope.OVERHEAD);
        };
    }

    /** The paths of the inner archives behind that of the store. */
    private static List<String> archives(BackupPlan plan) {
        List<String> paths = new ArrayList<>();
        for (PlannedBackup vm : plan.vms()) {
            for (PlannedFile file : vm.files()) {
                paths.add(file.path());
            }
        }
        return paths;
    }

    /** The stream of one inner archive before compression. */
    private OutputStream stream(TaskScope scope, OrderedBlocks blocks, String path) throws IOException {
        OutputStream stream = blocks.begin(path);
        WriteFormat.Compression compression = format.compression();
        return compression == null || compression.filter() != null
                ? stream
                : new ProgramFilter(compression.program(), stream, scope);
    }

    private void store(TaskScope scope, OrderedBlocks blocks, byte[] store) throws IOException {
        long now = settings.now().getEpochSecond();
        content(scope, blocks, PartPacker.STORE, new TarWriter.Facts(STORE_NAME, STORE_MODE, now, 0, 0), store);
    }

    private void content(TaskScope scope, OrderedBlocks blocks, String path, TarWriter.Facts facts, byte[] content)
            throws IOException {
        try (OutputStream stream = stream(scope, blocks, path)) {
            TarWriter tar = new TarWriter(stream);
            tar.file(facts, SparseMap.dense(content.length));
            tar.data(content, 0, content.length);
            tar.endFile();
            tar.end();
        }
    }

    private void file(TaskScope scope, OrderedBlocks blocks, PlannedFile file, TreeArchiver archiver)
            throws IOException {
        if (format.isV4() && file.path().endsWith("/firewall.xml")) {
            FileSource source = FileSource.look(file.source(), true);
            FirewallXml.Translated rules = FirewallXml.toR4(file.path(), Files.readAllBytes(file.source()));
            byte[] xml = rules.xml().getBytes(StandardCharsets.UTF_8);
            content(scope, blocks, file.path(), source.facts(ByteName.of(file.path())), xml);
            settings.progress().advance(source.size());
            return;
        }
        try (OutputStream stream = stream(scope, blocks, file.path())) {
            archiver.archive(file, new TarWriter(stream));
        }
    }
}
