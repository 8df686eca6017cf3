package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.qubestools.backup.TestStores;
import org.qubestools.backup.archive.ArchiveFile;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.format.BackupReader;
import org.qubestools.backup.format.PassResult;
import org.qubestools.backup.format.R4QubesXml;
import org.qubestools.backup.format.ReadOptions;
import org.qubestools.backup.pipeline.SpillSpace;
import org.qubestools.backup.unpack.Extractor;
import org.qubestools.backup.unpack.SizeLimit;
import org.qubestools.backup.unpack.TreeWriter;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Progress;
import org.qubestools.core.model.VmCollection;

/** A host with VMs and a home, of which backups are written by {@link BackupJob} and extracted again by us. */
final class JobWorld {
    static final Instant NOW = Instant.ofEpochSecond(1_456_833_600);

    final Path root;
    final List<String> warnings = new ArrayList<>();
    Progress progress = Progress.NONE;
    Extents extents = Extents.ofSystem();
    private final Map<Integer, String> elements = new TreeMap<>();

    JobWorld(Path root) {
        this.root = root;
        elements.put(1, "QubesTemplateVm name='tpl' qid='1'");
    }

    /** An AppVM of this template, and where its files are. */
    Path vm(String name, int qid) throws IOException {
        elements.put(qid, "QubesAppVm name='" + name + "' qid='" + qid + "' template_qid='1'");
        return Files.createDirectories(real("/var/lib/qubes/appvms/" + name));
    }

    Path template() throws IOException {
        return Files.createDirectories(real("/var/lib/qubes/vm-templates/tpl"));
    }

    Path home() throws IOException {
        return Files.createDirectories(root.resolve("home/user"));
    }

    private Path real(String fixedPath) {
        return root.resolve(fixedPath.substring(1));
    }

    private VmCollection vms() {
        return TestStores.store("", elements(Map.of()));
    }

    private String elements(Map<Integer, PlannedBackup> planned) {
        StringBuilder xml = new StringBuilder();
        if (planned.containsKey(0)) {
            xml.append("<QubesAdminVm name='dom0' qid='0'")
                    .append(marks(planned.get(0)))
                    .append("/>");
        }
        elements.forEach((qid, element) -> xml.append('<')
                .append(element)
                .append(planned.containsKey(qid) ? marks(planned.get(qid)) : "")
                .append("/>"));
        return xml.toString();
    }

    private static String marks(PlannedBackup vm) {
        return " backup_content='True' backup_path='" + vm.path() + "' backup_size='" + vm.storedSize() + "'";
    }

    BackupPlan plan(WriteFormat format, String... names) throws IOException {
        Files.createDirectories(real("/var/lib/qubes"));
        Files.writeString(real("/var/lib/qubes/qubes.xml"), "x");
        VmCollection vms = vms();
        BackupSelection selection = BackupSelection.of(vms, List.of(names), List.of(), null);
        return new BackupPlanner(vms, new TestStores.OnePool(), this::real, root.resolve("home/user"))
                .plan(selection, format.layout(), vm -> false);
    }

    byte[] store(WriteFormat format, BackupPlan plan) {
        Map<Integer, PlannedBackup> planned = new HashMap<>();
        Map<Integer, R4QubesXml.Place> places = new HashMap<>();
        for (PlannedBackup vm : plan.vms()) {
            planned.put(vm.vm().qid(), vm);
        }
        if (format.isV4()) {
            planned.forEach((qid, vm) -> places.put(qid, new R4QubesXml.Place(vm.path(), vm.storedSize())));
            return R4QubesXml.write(vms(), places, Map.of());
        }
        String xml = "<QubesVmCollection>" + elements(planned) + "</QubesVmCollection>\n";
        return xml.getBytes(StandardCharsets.UTF_8);
    }

    void run(WriteFormat format, BackupTarget target, String... names) throws IOException {
        run(format, target, plan(format, names));
    }

    void run(WriteFormat format, BackupTarget target, BackupPlan plan) {
        run(format, target, plan, store(format, plan));
    }

    void run(WriteFormat format, BackupTarget target, BackupPlan plan, byte[] store) {
        BackupJob.Settings settings =
                new BackupJob.Settings(64L << 20, 2, extents, new SpillSpace(root), NOW, 4242, progress, warnings::add);
        try (Passphrase passphrase = PackedChunks.passphrase()) {
            new BackupJob(format, settings, passphrase).run(plan, store, target);
        }
    }

    /** Writes a backup into a file. */
    Path write(WriteFormat format, String... names) throws IOException {
        Path file = root.resolve("backup-" + warnings.size() + "-" + format.version() + "-" + System.nanoTime());
        try (FileTarget target = FileTarget.create(file, FileLayer.system())) {
            run(format, target, names);
            target.finish();
        }
        return file;
    }

    /** Everything of a backup, put below a new directory as {@code qubes-backup extract} does. */
    Path extract(Path archive) throws IOException {
        Path to = Files.createTempDirectory(root, "extracted");
        List<String> problems = new ArrayList<>();
        try (Passphrase passphrase = PackedChunks.passphrase();
                BackupReader reader = BackupReader.open(
                        ArchiveFile.open(archive, problems::add, problems::add),
                        passphrase,
                        ReadOptions.standard(root),
                        problems::add)) {
            TreeWriter tree = new TreeWriter(to, FileLayer.system());
            Extractor extractor = new Extractor(tree, path -> true, SizeLimit.none());
            PassResult result = reader.read(reader.contents().items(), extractor);
            tree.finish();
            result.failed().values().forEach(problem -> problems.add(problem.text()));
            problems.addAll(result.brokenOff());
            problems.addAll(extractor.leftOut());
        }
        assertThat(problems).isEmpty();
        return to;
    }

    static void write(Path file, byte[] content) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
