package org.qubestools.manual;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.qubestools.cli.Tools;
import org.qubestools.cli.option.PicocliModel;
import org.qubestools.cli.option.ToolSpec;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/**
 * Writes the AsciiDoc source of each tool's manual page and, by {@link CompletionTables}, its completion. Name, synopsis, description and
 * options come from picocli's generator; the sections that it does not know or knows less well are ours.
 */
public final class ManualPages {
    private static final String END_OF_PICOCLI = "// end::picocli-generated-full-manpage[]";

    private final String version;
    private final Map<Integer, String> commonCodes;

    private ManualPages(String version, Map<Integer, String> commonCodes) {
        this.version = version;
        this.commonCodes = commonCodes;
    }

    /** Arguments: directory of the project, version, directory for AsciiDoc, directory for the tables of completion. */
    public static void main(String[] args) throws IOException {
        ManualPages pages = new ManualPages(args[1], commonCodes(Path.of(args[0], "docs", "exit-codes.md")));
        Path sources = Files.createDirectories(Path.of(args[2]));
        for (String name : Tools.names()) {
            ToolSpec spec = Tools.named(name).orElseThrow().spec();
            Files.writeString(sources.resolve(name + ".1.adoc"), pages.page(spec));
        }
        CompletionTables.write(Path.of(args[3]));
    }

    /** What each code means, kinds of errors with the same code joined. */
    static Map<Integer, String> commonCodes(Path exitCodes) throws IOException {
        Map<Integer, String> codes = new TreeMap<>();
        for (List<String> row : MarkdownTable.rows(exitCodes, "Code")) {
            codes.merge(Integer.valueOf(row.get(0)), row.get(2), (one, other) -> one + "; " + other);
        }
        return codes;
    }

    /** The manual page of a tool in AsciiDoc. */
    String page(ToolSpec spec) {
        CommandSpec model =
                new CommandLine(PicocliModel.commandSpec(spec)).getCommandSpec().version("qubes-tools " + version);
        String purpose = escape(spec.purpose());
        List<String> description = new ArrayList<>();
        description.add(Character.toUpperCase(purpose.charAt(0)) + purpose.substring(1) + ".");
        for (String note : spec.notes()) {
            description.add(""); // picocli's lines run together in AsciiDoc, paragraphs do not
            description.add(escape(note));
        }
        model.usageMessage()
                .header(purpose)
                .description(description.toArray(new String[0]))
                .exitCodeListHeading("")
                .exitCodeList(Map.of())
                .footerHeading("")
                .footer(new String[0]);
        StringWriter text = new StringWriter();
        try (PrintWriter writer = new PrintWriter(text)) {
            ManPageGenerator.writeSingleManPage(writer, model);
        }
        String generated = text.toString()
                .replace(System.lineSeparator(), "\n")
                .replaceFirst("(?m)^:manmanual: .*$", ":manmanual: Qubes OS tools")
                .strip();
        if (!generated.endsWith(END_OF_PICOCLI)) {
            throw new IllegalStateException("picocli's page ends differently: " + generated);
        }
        StringBuilder page = new StringBuilder(generated
                .substring(0, generated.length() - END_OF_PICOCLI.length())
                .strip());
        page.append("\n\n");
        commands(spec, page);
        operands(spec, page);
        examples(spec, page);
        exitStatus(spec, page);
        files(spec, page);
        seeAlso(spec, page);
        return page.toString();
    }

    private static void commands(ToolSpec spec, StringBuilder page) {
        if (spec.explainedCommands().isEmpty()) {
            return;
        }
        page.append("== Commands\n\n");
        for (ToolSpec.Command command : spec.explainedCommands()) {
            page.append("`+").append(command.synopsis()).append("+`::\n");
            page.append(escape(command.meaning())).append("\n\n");
        }
    }

    private static void operands(ToolSpec spec, StringBuilder page) {
        page.append("== Operands\n\n");
        if (spec.maxOperands() == 0) {
            page.append("None.\n\n");
            return;
        }
        page.append("`+").append(spec.operandSynopsis()).append("+`::\n");
        if (spec.maxOperands() == ToolSpec.ANY) {
            page.append(
                    spec.minOperands() == 0 ? "Any number of words.\n\n" : spec.minOperands() + " or more words.\n\n");
        } else if (spec.minOperands() == spec.maxOperands()) {
            page.append(spec.minOperands() == 1 ? "One word.\n\n" : spec.minOperands() + " words.\n\n");
        } else {
            page.append(spec.minOperands() + " to " + spec.maxOperands() + " words.\n\n");
        }
        page.append("Options and operands may be mixed; after `+--+` every word is an operand. A long option may be cut"
                + " short as long as only one begins like that.\n\n");
    }

    private static void examples(ToolSpec spec, StringBuilder page) {
        if (spec.examples().isEmpty()) {
            return;
        }
        page.append("== Examples\n\n");
        for (ToolSpec.Example example : spec.examples()) {
            page.append("`+").append(example.commandLine()).append("+`::\n");
            page.append(escape(example.meaning())).append("\n\n");
        }
    }

    private void exitStatus(ToolSpec spec, StringBuilder page) {
        Map<Integer, String> codes = new TreeMap<>(commonCodes);
        if (!spec.usesStore()) {
            codes.keySet().retainAll(spec.isLikeGetopt() ? Set.of(0, 130) : Set.of(0, 1, 2, 130));
        }
        for (ToolSpec.Code own : spec.exitCodes()) {
            codes.put(own.code(), escape(own.meaning()));
        }
        page.append("== Exit status\n\n");
        codes.forEach((code, meaning) ->
                page.append("*").append(code).append("*::\n").append(meaning).append("\n\n"));
    }

    private static void files(ToolSpec spec, StringBuilder page) {
        page.append("== Files\n\n");
        if (!spec.usesStore() && !spec.isLikeGetopt()) {
            file(page, "/var/tmp", "chunks of a backup that wait, unless `+--tmpdir+` names another directory");
            page.append("== Environment\n\n");
            file(page, "NO_COLOR", "help without colours");
            return;
        }
        if (spec.isLikeGetopt()) {
            file(page, "/var/run/qubes/qubesdb.NAME.sock", "socket of the database of the domain NAME");
            file(page, "/var/run/qubes/qubesdb.sock", "that of the domain that this runs in");
            page.append("== Environment\n\n");
            file(page, "QUBES_RUN_DIR", "directory of the sockets, instead of `/var/run/qubes`");
            file(page, "QUBES_ROOT", "directory that stands for the root");
            file(page, "NO_COLOR", "help without colours");
            return;
        }
        file(page, "/var/lib/qubes/qubes.xml", "the store: all VMs and the global properties");
        file(page, "/etc/qubes/qvm.conf", "settings: the keys of the environment variables below");
        page.append("Each is looked up below the directory of `+--root+` or `+QUBES_ROOT+`.\n\n");
        page.append("== Environment\n\n");
        file(page, "QUBES_ROOT", "directory below which every fixed path lies");
        file(page, "QUBES_OFFLINE", "1: do not contact the running system");
        file(
                page,
                "QUBES_LIBVIRT_URI",
                "libvirt connection; `xen:///` if not set, without Xen `qemu:///system` for root and"
                        + " `qemu:///session` for others");
        file(page, "QUBES_LIBVIRT_TIMEOUT", "seconds for which libvirt may be silent, 30 if not set");
        file(page, "QUBES_DRIVER", "`xen`, `kvm`, `qemu` or `test`: whose words to use, whatever the connection is");
        file(page, "QUBES_GROUP", "group of the store, `qubes` if not set; empty: leave it alone");
        file(page, "QUBES_RUN_DIR", "directory of run-time files");
        file(page, "NO_COLOR", "help without colours");
    }

    private static void file(StringBuilder page, String name, String meaning) {
        page.append("`+").append(name).append("+`::\n").append(meaning).append("\n\n");
    }

    private static void seeAlso(ToolSpec spec, StringBuilder page) {
        page.append("== See also\n\n");
        String joint = "";
        for (String name : Tools.names()) {
            if (!name.equals(spec.name())) {
                page.append(joint).append("*").append(name).append("*(1)");
                joint = ", ";
            }
        }
        page.append("\n");
    }

    /** Text that AsciiDoc and picocli leave as it is. */
    private static String escape(String text) {
        return text.replace("%", "%%")
                .replace("${", "$${")
                .replace("*", "{asterisk}")
                .replace("...", "{empty}...");
    }
}
