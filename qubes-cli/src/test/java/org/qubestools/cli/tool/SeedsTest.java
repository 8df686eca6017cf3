package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.ArchiveFile;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.archive.TarReader;
import org.qubestools.backup.archive.TarWriter;
import org.qubestools.backup.archive.VolumeSource;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.BackupReader;
import org.qubestools.backup.format.PassResult;
import org.qubestools.backup.format.ReadOptions;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;

/**
 * The seeds of the design, each as what can be seen from outside. Details of the same are in the tests of qubes-backup:
 * {@code DataPassTest}, {@code VolumesTest}, {@code ChunkSizesTest}, {@code PartBufferTest}, {@code HostileArchiveTest}.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SeedsTest {
    private static final String FORMAT = "org.qubestools.backup.format.";
    private static final String CRYPTO = "org.qubestools.backup.crypto.";
    private static final String IMAGE = "appvms/personal/private.img";

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("org.qubestools");

    @TempDir
    private Path directory;

    private RestoreTree host;
    private String passphrase;

    @BeforeEach
    void makeTree() throws IOException {
        host = new RestoreTree(Files.createDirectory(directory.resolve("host")));
        passphrase = directory.resolve("host/passphrase").toString();
    }

    private Path file(OuterMembers members) throws IOException {
        return Files.write(directory.resolve("made.backup"), members.bytes());
    }

    private Outcome tool(String... words) {
        List<String> all = new ArrayList<>(List.of("qubes-backup", "-q", "-p", passphrase));
        all.addAll(List.of(words));
        return new ToolRunner().runWords(all);
    }

    private Outcome verify(OuterMembers members) throws IOException {
        return tool("verify", file(members).toString());
    }

    /** The VM failed with this reason, and no other. */
    private static void assertOnlyPersonalFails(Outcome outcome, String reason) {
        assertThat(outcome.err()).contains("VM 'personal', file " + IMAGE, reason);
        assertThat(outcome.out())
                .contains("personal: NOT verified\n", "work: verified\n", "fedora-23: verified\n")
                .containsOnlyOnce("NOT");
        assertThat(outcome.code()).isEqualTo(3);
    }

    /** Simple names of the outermost classes that reach a member of any of the owners. */
    private static Set<String> usersOf(String member, String... owners) {
        Set<String> users = new TreeSet<>();
        for (JavaClass origin : OURS) {
            for (JavaAccess<?> access : origin.getAccessesFromSelf()) {
                boolean same = access.getName().equals(member)
                        && List.of(owners).contains(access.getTargetOwner().getName());
                if (same) {
                    users.add(origin.getName().replaceFirst("\\$.*", "").replaceFirst(".*\\.", ""));
                }
            }
        }
        return users;
    }

    @Test
    void oneVerificationRoutineIsUsedEverywhere_noOtherCodeAuthenticatesOrReadsChunks() {
        String hmac = FORMAT + "HmacVerifier";
        String scrypt = FORMAT + "ScryptVerifier";

        assertThat(usersOf("verify", FORMAT + "PartVerifier", hmac, scrypt))
                .as("one place asks for the verification of data, one for that of qubes.xml")
                .containsExactly("PartReader", "StoreStage");
        assertThat(usersOf("<init>", hmac, scrypt)).containsExactly("Opening");
        assertThat(usersOf("<init>", FORMAT + "VerifiedPart"))
                .as("what decoders take is made by a verifier, or once more of what one made")
                .containsExactly("HmacVerifier", "ScryptVerifier", "StoreStage");
        assertThat(usersOf("matches", CRYPTO + "PartHmac")).containsExactly("HeaderStage", "HmacVerifier");
        assertThat(usersOf("matches", CRYPTO + "ScryptEnvelope")).containsExactly("HeaderStage", "ScryptVerifier");
        assertThat(usersOf("<init>", FORMAT + "PartReader", FORMAT + "DataPass"))
                .containsExactly("BackupReader");
        assertThat(usersOf("read", FORMAT + "Backup", FORMAT + "BackupReader", FORMAT + "DirectoryBackup"))
                .as("restore and its verification; all commands of qubes-backup")
                .containsExactly("ReadingOptions", "RestoreJob");
    }

    @ParameterizedTest
    @CsvSource({
        "v2-noheader, appvms/personal/private.img.001, appvms/personal/private.img",
        "v2-encrypted, vm5/private.img.001, vm5/private.img",
        "v3-plain, appvms/personal/private.img.001, appvms/personal/private.img",
        "v3-encrypted-gzip, vm5/private.img.001, vm5/private.img",
        "v4-gzip, vm5/private.img.001.enc, vm5/private.img"
    })
    void oneVerificationRoutineIsUsedEverywhere_allRefuseTheSameChunkInTheSameWords(
            String sample, String chunk, String path) throws IOException {
        String backup = file(OuterMembers.ofSample(sample).damaged(chunk)).toString();
        String out = directory.resolve("out").toString();
        Map<String, Outcome> all = new LinkedHashMap<>();
        all.put("verify", tool("verify", backup));
        all.put("list", tool("list", backup, "personal"));
        all.put("extract", tool("extract", backup, out));
        all.put("cat", tool("cat", backup, path));
        all.put("proof", host.restore(Path.of(backup), "--verify-only"));
        all.put("restore", host.restore(Path.of(backup), "--skip-dom0-home --ignore-missing"));

        Set<String> reasons = new HashSet<>();
        all.forEach((command, outcome) -> {
            assertThat(outcome.code()).as(command + ": " + outcome.err()).isIn(3, 13);
            outcome.err()
                    .lines()
                    .filter(line -> line.contains("VM 'personal', file " + path + ", chunk 1: "))
                    .forEach(line -> reasons.add(command + line.substring(line.indexOf("VM 'personal'"))));
        });
        String reason = "VM 'personal', file " + path + ", chunk 1: ";
        assertThat(reasons.stream().map(line -> line.substring(line.indexOf(reason))))
                .as("one problem in the same words from each of %s", all.keySet())
                .hasSize(all.size())
                .containsOnly(reasons.stream()
                        .findFirst()
                        .map(line -> line.substring(line.indexOf(reason)))
                        .orElseThrow());
        assertThat(Path.of(out).resolve(path)).doesNotExist();
        assertThat(host.vms()).doesNotContain("personal");
    }

    /** Volumes that are told of when they are asked for, read in small pieces, and at their end. */
    private static final class WatchedVolumes implements VolumeSource {
        private final List<byte[]> volumes;
        private final List<String> events = new ArrayList<>();
        private int given;

        WatchedVolumes(List<byte[]> volumes) {
            this.volumes = volumes;
        }

        @Override
        public @Nullable InputStream next() {
            events.add("asked");
            if (given == volumes.size()) {
                return null;
            }
            InputStream dripping = new FilterInputStream(new ByteArrayInputStream(volumes.get(given++))) {
                private boolean ended;

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    int got = super.read(buffer, offset, Math.min(length, 100));
                    if (got < 0 && !ended) {
                        ended = true;
                        events.add("end");
                    }
                    return got;
                }
            };
            return dripping;
        }
    }

    /** An archive of one file in volumes of these numbers of blocks, the last of what is left. */
    private static List<byte[]> volumes(byte[] content, int... blocks) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(whole);
        tar.file(new TarWriter.Facts(ByteName.of("vm5/private.img"), 0600, 0, 0, 0), SparseMap.dense(content.length));
        tar.data(content, 0, content.length);
        tar.endFile();
        tar.end();
        byte[] bytes = whole.toByteArray();
        List<byte[]> volumes = new ArrayList<>();
        int at = 0;
        for (int count : blocks) {
            volumes.add(volume(bytes, at, at + 512 * count, content.length));
            at += 512 * count;
        }
        volumes.add(volume(bytes, at, bytes.length, content.length));
        return volumes;
    }

    private static byte[] volume(byte[] bytes, int from, int to, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (from > 0) {
            int offset = from - 512;
            out.writeBytes(OuterMembers.header("vm5/private.img", 'M', Map.of(124, size - offset, 369, offset), ""));
        }
        out.write(bytes, from, to - from);
        return out.toByteArray();
    }

    private static byte[] noise(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Reads them as format 2 and returns what happened, after the content came out right. */
    private static List<String> readVolumes(byte[] content, List<byte[]> volumes) throws IOException {
        WatchedVolumes watched = new WatchedVolumes(volumes);
        TarReader tar = new TarReader(watched, true);
        byte[] found = new byte[content.length];
        assertThat(tar.next()).isNotNull();
        tar.content((offset, buffer, from, length) -> System.arraycopy(buffer, from, found, (int) offset, length));
        assertThat(tar.next()).isNull();
        assertThat(found).isEqualTo(content);
        return watched.events;
    }

    @Test
    void aChunkReachesTheReaderCompletelyWithEndOfFileBeforeTheNextVolumeIsAnnounced() throws IOException {
        byte[] content = noise(1, 300 * 512 - 77);

        List<String> events = readVolumes(content, volumes(content, 1, 2, 100, 1, 130));

        assertThat(events)
                .as("each volume is asked for when the one before has ended")
                .containsExactly(
                        "asked", "end", "asked", "end", "asked", "end", "asked", "end", "asked", "end", "asked", "end",
                        "asked");
    }

    @Test
    void aChunkReachesTheReaderCompletelyWithEndOfFile_whatIsWrongInItsLastBytesIsNoticed() throws IOException {
        OuterMembers good = OuterMembers.ofSample("v2-noheader").allSealed("HmacSHA1", OuterMembers::gzipped);
        OuterMembers bad = OuterMembers.ofSample("v2-noheader").allSealed("HmacSHA1", OuterMembers::gzipped);
        bad.sealed(IMAGE + ".000", "HmacSHA1", content -> {
            content[content.length - 8] ^= 1; // its checksum, behind the last byte of the volume
            return content;
        });

        assertThat(verify(good).code()).isZero();
        assertOnlyPersonalFails(verify(bad), ", chunk 0: ");
    }

    @Test
    void number000StartsANewInnerArchive_itNeverContinuesTheOneBefore() throws IOException {
        OuterMembers cut = OuterMembers.ofSample("v3-plain").without(IMAGE + ".001");
        OuterMembers again = OuterMembers.ofSample("v3-plain").doubled(IMAGE + ".000");

        assertOnlyPersonalFails(verify(cut), "chunk 0: the inner archive ends inside '" + IMAGE + "'");
        assertOnlyPersonalFails(verify(again), "chunk 0: ");
    }

    @Test
    void number000StartsANewInnerArchive_inWhatIsWritten() throws IOException {
        BackupWorld world = BackupWorld.in(directory);
        assertThat(world.backup3(world.to() + "/b", "work", "vault", "fedora-23", "dom0")
                        .code())
                .isZero();

        OuterMembers members = OuterMembers.of(Files.readAllBytes(world.target.resolve("b")));

        List<String> firsts =
                members.names().stream().filter(name -> name.endsWith(".000")).toList();
        assertThat(firsts)
                .hasSizeGreaterThan(5)
                .doesNotHaveDuplicates()
                .contains("qubes.xml.000", "appvms/work/private.img.000", "vm-templates/fedora-23/..000");
        for (String first : firsts) {
            byte[] content = members.content(first);
            String path = first.substring(0, first.length() - 4).replaceFirst("/\\.$", "/");
            assertThat(new String(content, 0, 100, StandardCharsets.US_ASCII)).startsWith(path);
            assertThat(new String(content, 257, 5, StandardCharsets.US_ASCII)).isEqualTo("ustar");
        }
    }

    @Test
    void nothingReliesOnATapeLength() throws IOException {
        byte[] content = noise(2, 60 * 512 + 1);
        Random random = new Random(3);
        for (int round = 0; round < 50; round++) {
            int[] blocks = random.ints(1 + random.nextInt(6), 1, 10).toArray();

            List<String> events = readVolumes(content, volumes(content, blocks));

            assertThat(events).as(Arrays.toString(blocks)).hasSize(2 * (blocks.length + 1) + 1);
        }
        for (int size : List.of(13, 511, 513, 10_240, 99_999)) {
            Outcome outcome = verify(OuterMembers.ofSample("v3-plain").recut(IMAGE, size));

            assertThat(outcome.code()).as(size + ": " + outcome.err()).isZero();
        }
    }

    @Test
    void nothingReadsAPrompt_noArchiverIsRunAtAll() throws Exception {
        Path traps = Files.createDirectory(directory.resolve("traps"));
        Path trace = directory.resolve("trace");
        for (String program : List.of("tar", "bsdtar", "openssl", "gzip", "gunzip", "zcat", "scrypt", "dd", "mkfifo")) {
            Path trap = Files.writeString(
                    traps.resolve(program), "#!/bin/sh\necho $0 \"$@\" >> '" + trace + "'\necho prompt >&2\nexit 1\n");
            assertThat(trap.toFile().setExecutable(true)).isTrue();
        }
        BackupWorld world = BackupWorld.in(directory.resolve("host"));
        Files.writeString(world.passphrase, "correct horse battery staple\n");
        String made = world.to() + "/made";
        List<List<String>> runs = List.of(
                List.of(
                        "qvm-backup",
                        "--force-root",
                        "-p",
                        passphrase,
                        "--format",
                        "3",
                        "-e",
                        "-z",
                        made,
                        "work",
                        "fedora-23"),
                List.of("qubes-backup", "-p", passphrase, "verify", made),
                List.of(
                        "qubes-backup",
                        "-p",
                        passphrase,
                        "verify",
                        host.sample("v2-noheader").toString()));
        for (List<String> words : runs) {
            BackupProcess process = BackupProcess.start(world, traps, false, words);

            assertThat(process.end()).as(words + ": " + process.messages()).isZero();
        }

        assertThat(trace).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format 3", "--format 3 -e", "--scrypt-cost 10"})
    void privateImgIsNamedOnce(String format) throws IOException {
        BackupWorld world = BackupWorld.in(directory);
        List<String> words = new ArrayList<>(List.of("qvm-backup", "--force-root", "-p", world.passphrase.toString()));
        words.addAll(List.of(format.split(" ")));
        List<String> vms = List.of("work", "win7", "sys-net", "sys-firewall", "fedora-23");
        words.add(world.to() + "/b");
        words.addAll(vms);
        Outcome made = world.runner().runWords(words);
        assertThat(made.code()).as(made.err()).isZero();
        Path backup = world.target.resolve("b");

        List<String> chunks = OuterMembers.of(Files.readAllBytes(backup)).names().stream()
                .filter(name -> name.matches(".*/private\\.img\\.\\d+(\\.enc)?"))
                .toList();

        boolean templatesToo = format.startsWith("--scrypt");
        assertThat(chunks)
                .as("one chunk for each VM but templates of format 3, which are stored as a directory")
                .doesNotHaveDuplicates()
                .hasSize(templatesToo ? vms.size() : vms.size() - 1)
                .allMatch(name -> name.contains(".000"));
        for (String vm : vms) {
            Outcome listed = world.runner()
                    .runWords(List.of(
                            "qubes-backup", "-q", "-p", world.passphrase.toString(), "list", backup.toString(), vm));
            assertThat(listed.out().lines().filter(line -> line.contains("private.img")))
                    .as(vm + ":\n" + listed.out() + listed.err())
                    .hasSize(1);
        }
    }

    @Test
    void onlyWhatWasAskedForIsUnpacked_norEvenLookedAt() throws IOException {
        String backup = file(OuterMembers.ofSample("v3-plain")
                        .damaged(IMAGE + ".000")
                        .damaged("vm-templates/fedora-23/..000")
                        .damaged("dom0-home/user.000")
                        .add("appvms/workshop/private.img.000", noise(1, 700)))
                .toString();
        Path out = directory.resolve("out");

        Outcome one = tool("extract", backup, out.toString(), "appvms/work/firewall.xml");
        Outcome vm = tool("extract", backup, directory.resolve("vm").toString(), "work");

        assertThat(one.code()).as(one.err()).isZero();
        assertThat(files(out)).containsExactly("appvms/work/firewall.xml");
        assertThat(vm.code()).as(vm.err()).isZero();
        assertThat(files(directory.resolve("vm")))
                .contains("appvms/work/private.img")
                .allMatch(path -> path.startsWith("appvms/work/"));
    }

    @Test
    void onlyWhatWasAskedForIsUnpacked_byARestore() throws IOException {
        Path backup = file(OuterMembers.ofSample("v3-plain")
                .damaged(IMAGE + ".000")
                .damaged("dom0-home/user.000")
                .add("appvms/workshop/private.img.000", noise(1, 700)));

        Outcome outcome = host.restore(backup, "--ignore-missing fedora-23 work");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(host.vms()).containsExactlyInAnyOrder("fedora-23", "work");
        assertThat(host.tree.files())
                .noneMatch(path -> path.contains("personal") || path.contains("workshop"))
                .noneMatch(path -> path.contains("home-pre-restore") || path.contains(".qvm-restore"));
        assertThat(host.tree.read("/home/user/notes.txt")).isEqualTo("old\n");
    }

    private static List<String> files(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(path -> root.relativize(path).toString())
                    .toList();
        }
    }

    /** Counts what is read of an archive. */
    private static final class Counted extends FilterInputStream {
        private final AtomicLong read = new AtomicLong();

        Counted(byte[] archive) {
            super(new ByteArrayInputStream(archive));
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int got = super.read(buffer, offset, length);
            read.addAndGet(Math.max(0, got));
            return got;
        }

        /** Bytes that were read when for a while no more were. */
        private long settled() throws InterruptedException {
            long before = -1;
            while (read.get() != before) {
                before = read.get();
                Thread.sleep(300);
            }
            return before;
        }
    }

    @Test
    void temporarySpaceIsBounded_aReaderThatIsTooFastWaits() throws Exception {
        int chunk = 1000;
        byte[] archive = OuterMembers.ofSample("v3-plain").recut(IMAGE, chunk).bytes();
        Counted counted = new Counted(archive);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        AtomicLong atFirst = new AtomicLong();
        ArchiveHandler slow = new ArchiveHandler() {
            @Override
            public void begin(BackupItem item, String path) throws IOException {
                atFirst.compareAndSet(0, counted.read.get());
                begun.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }

            @Override
            public void entry(BackupItem item, String path, TarEntry entry, Content content) {}
        };
        try (Passphrase secret = Passphrase.ofTyped("correct horse battery staple".toCharArray());
                BackupReader reader = BackupReader.open(
                        ArchiveFile.ofStream(counted, line -> {}, line -> {}),
                        secret,
                        ReadOptions.standard(directory.resolve("nowhere")),
                        line -> {})) {
            List<PassResult> results = new ArrayList<>();
            Thread pass =
                    new Thread(() -> results.add(reader.read(reader.contents().items(), slow)));
            pass.start();
            begun.await();
            long waiting = counted.settled() - atFirst.get();
            goOn.countDown();
            pass.join();

            // A chunk that waits, one that is being read, each with its HMAC, headers and padding; one buffer ahead.
            assertThat(waiting).isLessThan(3 * (chunk + 4 * 512L) + (1 << 14));
            assertThat((long) archive.length).isGreaterThan(20L * chunk);
            assertThat(counted.read.get()).isEqualTo(archive.length);
            assertThat(results)
                    .singleElement()
                    .satisfies(result -> assertThat(result.failed()).isEmpty());
        }
    }

    @Test
    void temporarySpaceIsBounded_chunksThatFitIntoMemoryTouchNoDisk() throws IOException {
        String nowhere = directory.resolve("nowhere").toString();
        Path out = directory.resolve("out");
        BackupWorld world = BackupWorld.in(directory);

        for (String sample : List.of("v2-noheader", "v2-encrypted", "v3-plain", "v3-encrypted-gzip", "v4-gzip")) {
            String backup = host.sample(sample).toString();
            Outcome outcome = tool("--tmpdir", nowhere, "verify", backup);
            assertThat(outcome.code()).as(sample + ": " + outcome.err()).isZero();
        }
        Outcome extracted =
                tool("--tmpdir", nowhere, "extract", host.sample("v3-plain").toString(), out.toString());
        Outcome written = world.backup("--tmpdir", nowhere, world.to() + "/b", "work", "fedora-23");

        assertThat(extracted.code()).as(extracted.err()).isZero();
        assertThat(written.code()).as(written.err()).isZero();
        assertThat(files(out)).allMatch(path -> !path.contains(".qubes-backup-"));
        assertThat(world.backups()).containsExactly("b");
    }
}
