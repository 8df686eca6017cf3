package org.qubestools.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.NameList;

/** {@code qubes-store graph} and {@code qubes-store names} as command lines. */
final class GraphCommandTest {
    private static final String NAMES = """
            vm dom0 AdminVM
            vm fedora-23 TemplateVM
            template fedora-23 TemplateVM
            vm sys-net NetVM
            netvm sys-net NetVM
            vm sys-firewall ProxyVM
            netvm sys-firewall ProxyVM
            vm work AppVM
            vm vault AppVM
            service meminfo-writer
            service ntpd
            """;

    @TempDir
    private Path root;

    private Path store;

    @BeforeEach
    void makeStore() throws IOException {
        store = root.resolve("var/lib/qubes/qubes.xml");
        Files.createDirectories(store.getParent());
        Files.copy(ProjectFiles.smallStore(), store);
    }

    private Outcome run(String commandLine) {
        return new ToolRunner().environment("QUBES_ROOT", root.toString()).run(commandLine);
    }

    @Test
    void theTreeIsTheDefaultAndDrawnAsTheTerminalCan() {
        String tree = """
                sys-net (NetVM, red)
                `- sys-firewall (ProxyVM, green)
                   |- fedora-23 (TemplateVM, black)
                   `- work (AppVM, blue)
                dom0 (AdminVM, black, Running)
                vault (AppVM, black)
                """;
        assertThat(run("qubes-store graph")).isEqualTo(new Outcome(0, tree, ""));
        Outcome utf8 = new ToolRunner()
                .environment("QUBES_ROOT", root.toString())
                .environment("LANG", "C.UTF-8")
                .run("qubes-store graph");
        assertThat(utf8.out()).isEqualTo(tree.replace("`-", "\u2514\u2500").replace("|-", "\u251c\u2500"));
        Outcome launched = new ToolRunner()
                .environment("QUBES_ROOT", root.toString())
                .environment("QUBES_LOCALE", "C")
                .environment("LC_ALL", "C.UTF-8")
                .run("qubes-store graph");
        assertThat(launched.out()).isEqualTo(tree);
    }

    @Test
    void everyFormatHasItsBeginning() {
        assertThat(run("qubes-store graph --format dot").out()).startsWith("digraph qubes {\n");
        assertThat(run("qubes-store graph --format svg --by device").out()).startsWith("<?xml version");
        assertThat(run("qubes-store graph --format mermaid --by template").out())
                .startsWith("flowchart LR\n");
        assertThat(run("qubes-store graph --format html").out()).startsWith("<!DOCTYPE html>\n");
    }

    @Test
    void wrongUseIsRefused() {
        assertThat(run("qubes-store graph --format png").code()).isEqualTo(2);
        assertThat(run("qubes-store graph --by colour").code()).isEqualTo(2);
        assertThat(run("qubes-store graph work").code()).isEqualTo(2);
    }

    @Test
    void namesAreToldAndKeptBesideTheStore() throws IOException {
        FileTime time = FileTime.from(Instant.parse("2016-01-01T00:00:00Z"));
        Files.setLastModifiedTime(store, time);

        assertThat(run("qubes-store names")).isEqualTo(new Outcome(0, NAMES, ""));

        Path list = root.resolve(NameList.PATH.substring(1));
        assertThat(list).hasContent(NAMES.strip());
        assertThat(Files.getLastModifiedTime(list)).isEqualTo(time);
    }

    @Test
    void aSaveMakesTheListAgainButOnlyIfThereIsOne() throws IOException {
        Path list = root.resolve(NameList.PATH.substring(1));
        assertThat(run("qvm-prefs -s work label red").code()).isZero();
        assertThat(list).doesNotExist();
        Files.writeString(list, "old");

        assertThat(run("qvm-service work -e cups").code()).isZero();

        assertThat(list).content().contains("vm work AppVM\n", "service cups\n");
        assertThat(Files.getLastModifiedTime(list)).isEqualTo(Files.getLastModifiedTime(store));
    }

    /** A directory in the place of the list: it can be neither read nor replaced. */
    @Test
    void aListThatCannotBeMadeFailsNothing() throws IOException {
        Path list = root.resolve(NameList.PATH.substring(1));
        Files.createDirectories(list.resolve("full"));

        assertThat(run("qvm-prefs -s work label red")).isEqualTo(new Outcome(0, "", ""));
        assertThat(run("qubes-store names")).isEqualTo(new Outcome(0, NAMES, ""));
        assertThat(store.getParent().toFile().list()).containsExactlyInAnyOrder("qubes.xml", ".qvm-names", "backup");
    }

    @Test
    void namesThatMeanSomethingToAShellAreLeftOut() throws IOException {
        Files.writeString(store, """
                <QubesVmCollection><QubesAppVm qid="1" name="a$(x)"/><QubesAppVm qid="2" name="twice"/>
                <QubesAppVm qid="3" name="twice"/><QubesAppVm qid="4" name="good" services="{'b;c': True}"/>
                </QubesVmCollection>
                """);

        assertThat(run("qubes-store names").out()).isEqualTo("vm dom0 AdminVM\nvm good AppVM\n");
    }
}
