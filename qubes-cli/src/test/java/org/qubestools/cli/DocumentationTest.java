package org.qubestools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.runtime.FakeServices;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.fixtures.Fixtures;
import org.qubestools.manual.MarkdownTable;

/** Holds what the pages promise against what the tools do. */
final class DocumentationTest {
    private static final int HELP_WIDTH = 100;
    private static final Pattern CODE = Pattern.compile("`([^`]*)`");
    private static final String[] DIRECTORIES = {
        "vm-templates/fedora-23",
        "vm-templates/extra",
        "appvms/work",
        "appvms/vault",
        "appvms/extra",
        "vm-kernels/4.4.14-11"
    };

    /** Each tool once at least, in this order on one tree: names of its documented types, then the command line. */
    private static final String[] RUNS = {
        "vms: qvm-ls --json",
        "fields: qvm-ls --json --list-fields",
        "columns: qvm-ls --json --help-columns",
        "formats: qvm-ls --json --help-formats",
        "property-help: qvm-prefs --json --help-properties",
        "property-help: qubes-prefs --json --help-properties",
        "classes: qvm-create --json --help-classes",
        "properties: qvm-prefs --json work",
        "property: qvm-prefs --json work netvm",
        "edit: qvm-prefs --json -s work memory 600",
        "globals: qubes-prefs --json",
        "global: qubes-prefs --json updatevm",
        "edit: qubes-prefs --json -s updatevm sys-net",
        "store: qubes-store dump --json",
        "history: qubes-store history --json",
        "generation: qubes-store show --json 1",
        "difference: qubes-store diff --json 1",
        "edit: qubes-store undo --json",
        "store-check: qubes-store check --json",
        "store-repair: qubes-store repair --json",
        "graph: qubes-store graph --json --by template",
        "names: qubes-store names --json",
        "services: qvm-service --json work",
        "edit: qvm-service --json work -e cups",
        "firewall: qvm-firewall --json work",
        "grow: qvm-grow-private --json work 4G",
        "grow: qvm-grow-root --json --dry-run fedora-23 40G",
        "volumes: qvm-volume --json list work",
        "volume: qvm-volume --json info work:private",
        "grow: qvm-volume --json resize --dry-run work:private 8G",
        "pools: qvm-pool --json",
        "pool: qvm-pool --json info default",
        "edit: qvm-pool --json --dry-run add ssd -o dir_path=/srv/ssd",
        "updates: qubes-set-updates --json status",
        "edit: qvm-template-commit --json --dry-run fedora-23",
        "revert: qvm-revert-template-changes --json --dry-run fedora-23",
        "trim: qvm-trim-template --json --dry-run fedora-23",
        "check: qvm-check --json work",
        "edit: qvm-create --json --dry-run -l red -t fedora-23 new",
        "edit: qvm-clone --json --dry-run work copy",
        "edit: qvm-remove --json --dry-run work",
        "edit: qvm-add-template --json --dry-run extra",
        "edit: qvm-add-appvm --json --dry-run extra fedora-23",
        "start: qvm-start --json vault",
        "pause: qvm-pause --json vault",
        "unpause: qvm-unpause --json vault",
        "block-attached: qvm-block --json -A vault dom0:ROOT/passphrase",
        "block-devices: qvm-block --json",
        "block-devices: qvm-device --json block list",
        "loop-devices: qvm-block --json --clean --dry-run",
        "block-detached: qvm-block --json -d vault",
        "usb-devices: qvm-usb --json",
        "usb: qvm-usb --json -d vault",
        "pci-devices: qvm-pci --json work",
        "host-pci-devices: qvm-device --json pci list",
        "top: qvm-top --json",
        "shutdown: qvm-shutdown --json vault",
        "start: qvm-start --json vault",
        "kill: qvm-kill --json vault",
        "dvm: qvm-create-default-dvm --json fedora-23",
        "backup-plan: qvm-backup --json --dry-run --offline-mode -p ROOT/passphrase ROOT/new.backup work",
        "backup: qvm-backup --json --offline-mode --scrypt-cost 10 -p ROOT/passphrase ROOT/new.backup work",
        "batch: qvm-batch --json ROOT/sample.batch",
        "store-rebuild: qubes-store repair --yes --json",
        "init: qvm-init-storage --json",
        "backup-info: qubes-backup info --json -p ROOT/passphrase ROOT/sample.backup",
        "backup-vms: qubes-backup list --json -p ROOT/passphrase ROOT/sample.backup",
        "backup-entries: qubes-backup list --json -p ROOT/passphrase ROOT/sample.backup work",
        "backup-verify: qubes-backup verify --json -p ROOT/passphrase ROOT/sample.backup",
        "backup-extract: qubes-backup extract --json -p ROOT/passphrase ROOT/sample.backup ROOT/out work",
        "restore-plan: qvm-backup-restore --json --dry-run -p ROOT/passphrase ROOT/sample.backup "
                + "--skip-dom0-home --ignore-missing --skip-conflicting",
        "restore: qvm-backup-restore --json --verify-only -p ROOT/passphrase ROOT/sample.backup work",
        "licenses: qubes-backup --licenses --json",
        "qubesdb-written: qubesdb-write --json /name work",
        "qubesdb-value: qubesdb-read --json /name",
        "qubesdb-value: qubesdb-multiread --json /name",
        "qubesdb-value: qubesdb-cmd -c read --json /name",
        "qubesdb-key: qubesdb-list --json /name",
        "qubesdb-event: qubesdb-watch --json /name",
        "qubesdb-removed: qubesdb-rm --json /name",
        "qubesdb-domains: qubesdb-hostd --json list",
    };

    /** Print no results, or those of others; what qvm-events prints while things happen is tested with that. */
    private static final List<String> SILENT = List.of("qubesdb-daemon", "qvm-events", "qvm-run", "qvm-sync-clock");

    /** Their results need a running system. */
    private static final Pattern LIVE = Pattern.compile(
            "qvm-(block|device|usb|start|pause|unpause|top|shutdown|kill|create-default-dvm|(revert|trim)-template)");

    private final FakeVmm vmm = new FakeVmm(new HostInfo(16000, 4), VmmTraits.QEMU);
    private final LiveHost live = new LiveHost(new FakeServices(FakeServices.newSteps()));

    @TempDir
    private Path root;

    @BeforeEach
    void makeTree() throws IOException {
        Path qubes = root.resolve("var/lib/qubes");
        for (String directory : DIRECTORIES) {
            Files.createDirectories(qubes.resolve(directory));
            for (String file :
                    List.of("root.img", "root-cow.img", "private.img", "vmlinuz", "initramfs", "modules.img")) {
                Files.createFile(qubes.resolve(directory).resolve(file));
            }
        }
        Files.writeString(qubes.resolve("vm-templates/fedora-23/root-cow.img.old"), "SnAp");
        Files.copy(ProjectFiles.smallStore(), qubes.resolve("qubes.xml"));
        Files.write(root.resolve("sample.backup"), Fixtures.bytes("backups/v4-gzip.backup"));
        Files.writeString(root.resolve("sample.batch"), "qvm-prefs work memory\n");
        Path loops = Files.createDirectories(root.resolve("var/run/qubes/loop-devices"));
        Files.writeString(
                loops.resolve("loop4099"),
                "{\"device\":\"loop4099\",\"file\":\"/a.img\",\"partition\":1,\"vm\":\"work\",\"frontend\":null}");
        Files.writeString(root.resolve("passphrase"), "correct horse battery staple\n");
    }

    static List<String> tools() {
        return Tools.names();
    }

    @Test
    void theReadmeListsExactlyTheTools() throws IOException {
        List<String> listed = new ArrayList<>();
        for (List<String> row : MarkdownTable.rows(ProjectFiles.readme(), "Tool")) {
            listed.addAll(codes(row.get(0)));
        }

        assertThat(listed).containsExactlyInAnyOrderElementsOf(Tools.names());
    }

    @ParameterizedTest
    @MethodSource("tools")
    void everyHelpTextNamesExamplesAndExitCodesAndFitsTheTerminal(String tool) {
        ToolSpec spec = Tools.named(tool).orElseThrow().spec();
        Outcome help = new ToolRunner().run(tool + " --help");

        assertThat(help.code()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).contains("\nExit codes:\n  0 ", "\nExamples:\n");
        assertThat(spec.name()).isEqualTo(tool);
        assertThat(spec.examples()).isNotEmpty();
        for (ToolSpec.Example example : spec.examples()) {
            assertThat(help.out()).contains("\n  " + example.commandLine() + "\n");
        }
        assertThat(help.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(HELP_WIDTH));
    }

    @Test
    void everyToolIsRunForItsJson() {
        List<String> printing = new ArrayList<>(Tools.names());
        printing.removeAll(SILENT);

        assertThat(Stream.of(RUNS).map(run -> run.split(" ", -1)[1]).distinct())
                .containsExactlyInAnyOrderElementsOf(printing);
    }

    @Test
    void jsonHasTheDocumentedTypesAndKeys() throws Exception {
        try (DocumentedDatabase database = DocumentedDatabase.start(root.resolve("run"))) {
            jsonHasTheDocumentedTypesAndKeys(database);
        }
    }

    private void jsonHasTheDocumentedTypesAndKeys(DocumentedDatabase database) throws IOException {
        Map<String, List<String>> documented = documentedKeys();
        Map<String, List<String>> printed = new TreeMap<>();
        for (String run : RUNS) {
            String type = run.substring(0, run.indexOf(':'));
            String commandLine = run.substring(run.indexOf(' ') + 1).replace("ROOT", root.toString());
            if (commandLine.startsWith("qvm-init-storage") || type.equals("store-rebuild")) {
                Files.delete(root.resolve("var/lib/qubes/qubes.xml"));
            }
            database.changeAll(commandLine.startsWith("qubesdb-watch"));
            Outcome outcome = runner(commandLine)
                    .environment("QUBES_ROOT", root.toString())
                    .environment("QUBES_RUN_DIR", root.resolve("run").toString())
                    .run(commandLine);

            int code = type.matches("store-(check|repair|rebuild)") ? 1 : 0;
            assertThat(outcome.code()).as("%s: %s", commandLine, outcome.err()).isEqualTo(code);
            Map<String, String> object = topLevel(outcome.out());
            assertThat(object.remove("type")).as(commandLine).isEqualTo(type);
            assertThat(object.keySet()).as(commandLine).containsExactlyInAnyOrderElementsOf(documented.get(type));
            printed.put(type, documented.get(type));
        }

        assertThat(printed).isEqualTo(documented);
    }

    private ToolRunner runner(String commandLine) {
        LiveHost asRoot = new LiveHost(new FakeServices(FakeServices.newSteps())).asRoot();
        return LIVE.matcher(commandLine).lookingAt()
                ? new ToolRunner(commandLine.startsWith("qvm-revert") ? asRoot : live)
                        .environment("QUBES_LIBVIRT_URI", "qemu:///session")
                        .vmm(vmm)
                : new ToolRunner();
    }

    @Test
    void anErrorIsOneDocumentedObject() throws IOException {
        Outcome outcome =
                new ToolRunner().environment("QUBES_ROOT", root.toString()).run("qvm-prefs --json nobody");

        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines()).hasSize(1);
        Map<String, String> error = topLevel(outcome.err());
        assertThat(error.keySet()).containsExactlyInAnyOrder("type", "kind", "message", "hint", "exit");
        assertThat(error).containsEntry("kind", "no-such-vm").containsEntry("exit", "1");
        assertThat(Files.readString(ProjectFiles.json())).contains("{\"type\":\"error\",\"kind\":\"no-such-vm\"");
    }

    /** By type the keys, but {@code type}: those in code marks that begin a part of the description. */
    private static Map<String, List<String>> documentedKeys() throws IOException {
        Map<String, List<String>> keys = new TreeMap<>();
        for (List<String> row : MarkdownTable.rows(ProjectFiles.json(), "`type`")) {
            List<String> names = new ArrayList<>();
            for (String part : row.get(2).split(";", -1)) {
                String head = part.contains(":") ? part.substring(0, part.indexOf(':')) : part;
                if (head.strip().startsWith("`")
                        && head.replaceAll("`\\w+`|,|\\s", "").isEmpty()) {
                    names.addAll(codes(head));
                }
            }
            keys.put(codes(row.get(0)).get(0), names);
        }
        return keys;
    }

    private static List<String> codes(String markdown) {
        List<String> codes = new ArrayList<>();
        Matcher matcher = CODE.matcher(markdown);
        while (matcher.find()) {
            codes.add(matcher.group(1));
        }
        return codes;
    }

    /** The members of the one object in {@code json}; nested values as empty texts. */
    private static Map<String, String> topLevel(String json) throws IOException {
        Map<String, String> members = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                members.put(name, value.isStructStart() ? "" : parser.getText());
                parser.skipChildren();
            }
            assertThat(parser.nextToken()).isNull();
        }
        return members;
    }
}
