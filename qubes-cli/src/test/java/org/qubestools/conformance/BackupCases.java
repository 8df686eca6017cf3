package org.qubestools.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.Tools;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.Subprocess;

/** {@code NAME.backup}, or {@code NAME.tar} around a backup that is a directory, against {@code NAME.json}. */
final class BackupCases {
    private static final String TOOL = "qubes-backup";

    private final Path directory;
    private final Path temporary;
    private final Report report;

    BackupCases(Path directory, Path temporary, Report report) {
        this.directory = directory;
        this.temporary = temporary;
        this.report = report;
    }

    void run() throws IOException {
        for (Path archive : StoreCases.sorted(directory, "*.{backup,tar}")) {
            String list = archive.getFileName().toString().replaceFirst("\\.\\w+$", ".json");
            if (!Files.exists(directory.resolve(list))) {
                report.skip("no " + list);
            }
        }
        for (Path file : StoreCases.sorted(directory, "*.json")) {
            if (Tools.names().contains(TOOL)) {
                report.border(file.getFileName().toString(), () -> backup(new BackupFixture(file)));
            } else {
                report.skip("no tool " + TOOL);
            }
        }
    }

    private void backup(BackupFixture fixture) throws IOException {
        String name = fixture.name();
        Path work = Files.createDirectory(temporary.resolve(name));
        Path backup = source(fixture, work);
        String recorded = fixture.sha256();
        if (!recorded.isEmpty()) {
            report.check(name + " itself", () -> sha256(Files.readAllBytes(backup), recorded));
        }
        Commands commands = new Commands(fixture, work, backup);
        report.check(name + " extract", commands::extract);
        if (StoreCases.sorted(commands.target, "*").isEmpty()) {
            report.result(name + " extracted", List.of("nothing"));
        } else {
            TreeComparer comparer = new TreeComparer(commands.target, work);
            report.border(name + " extracted", () -> comparer.run(name, fixture.contents(), report));
        }
        report.check(name + " cat", commands::cat);
        report.check(name + " verify", commands::verify);
        report.check(name + " list", () -> commands.list("list"));
        report.check(name + " list --json", () -> commands.list("list", "--json"));
        report.check(name + " info", () -> commands.info("info"));
        report.check(name + " info --json", () -> commands.info("info", "--json"));
        Conformance.delete(work);
    }

    /** The file, or the directory that the tar holds, with holes. */
    private Path source(BackupFixture fixture, Path work) throws IOException {
        Path file = directory.resolve(fixture.name() + ".backup");
        Path tar = directory.resolve(fixture.name() + ".tar");
        if (Files.exists(file) || !Files.exists(tar)) {
            return file;
        }
        Path dense = Files.createDirectory(work.resolve("dense"));
        Path sparse = Files.createDirectory(work.resolve("source"));
        Subprocess.of("tar", "--no-same-owner", "-xpf", tar.toString(), "-C", dense.toString())
                .run()
                .requireSuccess();
        List<Path> inside = StoreCases.sorted(dense, "*");
        if (inside.size() != 1 || !Files.isDirectory(inside.get(0))) {
            throw new IOException(tar + " does not hold one directory but " + inside);
        }
        Subprocess.of("cp", "-a", "--sparse=always", inside.get(0).toString(), sparse.toString())
                .run()
                .requireSuccess();
        Conformance.delete(dense);
        return sparse.resolve(inside.get(0).getFileName());
    }

    private static List<String> sha256(byte[] content, String expected) {
        String actual = HexFormat.of().formatHex(FoundFile.sha256().digest(content));
        return actual.equals(expected) ? List.of() : List.of("SHA-256 is " + actual + ", not " + expected);
    }

    /** The command lines of one backup. */
    private static final class Commands {
        private final BackupFixture fixture;
        private final Path backup;
        private final Path target;
        private final ToolRunner runner;
        private final List<String> options = new ArrayList<>();

        Commands(BackupFixture fixture, Path work, Path backup) throws IOException {
            this.fixture = fixture;
            this.backup = backup;
            target = Files.createDirectories(work.resolve("target/tree"));
            Path root = Files.createDirectory(work.resolve("root"));
            runner = new ToolRunner().environment("QUBES_ROOT", root.toString());
            if (!fixture.passphrase().isEmpty()) {
                Path file = Files.writeString(work.resolve("passphrase"), fixture.passphrase() + "\n");
                options.addAll(List.of("-p", file.toString()));
            }
            options.addAll(fixture.options());
        }

        private ToolRunner.Outcome run(List<String> command, String... operands) {
            List<String> words = new ArrayList<>(List.of(TOOL));
            words.addAll(command);
            words.addAll(options);
            words.add(backup.toString());
            words.addAll(List.of(operands));
            return runner.runWords(words);
        }

        private static List<String> code(ToolRunner.Outcome outcome, int expected) {
            List<String> differences = new ArrayList<>();
            if (outcome.code() != expected) {
                differences.add("left with " + outcome.code() + ", not " + expected + " ("
                        + SafeText.of(outcome.err().strip()) + ")");
            }
            return differences;
        }

        List<String> extract() throws IOException {
            List<String> differences = code(run(List.of("extract"), target.toString()), 0);
            List<Path> beside = StoreCases.sorted(target.getParent(), "*");
            if (beside.size() != 1) {
                differences.add("wrote beside the target directory: " + beside);
            }
            return differences;
        }

        /** qubes.xml is the one file that every backup has and that passes through a text stream unharmed. */
        List<String> cat() {
            ToolRunner.Outcome outcome = run(List.of("cat"), "qubes.xml");
            List<String> differences = code(outcome, 0);
            for (ListedMember member : fixture.contents()) {
                if (member.path().equals("qubes.xml") && member.sha256() != null) {
                    differences.addAll(sha256(outcome.out().getBytes(StandardCharsets.UTF_8), member.sha256()));
                }
            }
            return differences;
        }

        /** Nothing is authenticated in format 1: that it cannot be verified is an error, with a message. */
        List<String> verify() {
            ToolRunner.Outcome outcome = run(List.of("verify"));
            List<String> differences = code(outcome, fixture.format().equals("1") ? 1 : 0);
            if (outcome.code() != 0 && outcome.err().isEmpty()) {
                differences.add("left with " + outcome.code() + " without a message");
            }
            return differences;
        }

        List<String> list(String... command) {
            ToolRunner.Outcome outcome = run(List.of(command));
            List<String> differences = code(outcome, 0);
            for (String path : fixture.vmPaths()) {
                Pattern whole = Pattern.compile("(?<![\\w-])" + Pattern.quote(path) + "(?![\\w.-])");
                if (!whole.matcher(outcome.out()).find()) {
                    differences.add("does not name " + path);
                }
            }
            return differences;
        }

        List<String> info(String... command) {
            ToolRunner.Outcome outcome = run(List.of(command));
            List<String> differences = code(outcome, 0);
            if (!Pattern.compile("\\b" + Pattern.quote(fixture.format()) + "\\b")
                    .matcher(outcome.out())
                    .find()) {
                differences.add("does not name format " + fixture.format());
            }
            return differences;
        }
    }
}
