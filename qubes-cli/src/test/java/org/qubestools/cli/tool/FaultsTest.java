package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner.Outcome;

/** Bad input: one line that says what, where and what to do, the documented exit code, and every byte as it was. */
final class FaultsTest {
    private static final String STORE = "/var/lib/qubes/qubes.xml";

    private StoreTree tree;

    @BeforeEach
    void makeTree(@TempDir Path root) {
        tree = StoreTree.small(root);
    }

    private void store(byte[] content) {
        try {
            Files.write(tree.path(STORE), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void store(String content) {
        store(content.getBytes(StandardCharsets.UTF_8));
    }

    private void damage(String good, String bad) {
        String text = StoreTree.smallStore();
        assertThat(text).contains(good);
        store(text.replace(good, bad));
    }

    private byte[] bytes() {
        try {
            return Files.readAllBytes(tree.path(STORE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reading and changing are refused alike. */
    private void assertFileRefused(String message) {
        byte[] before = bytes();
        for (String command : List.of("qvm-ls", "qvm-ls --raw-list", "qvm-prefs work memory 600", "qvm-remove vault")) {
            Outcome outcome = tree.run(command);
            assertThat(outcome.err())
                    .contains("/var/lib/qubes/qubes.xml", message, "nothing was changed")
                    .hasLineCount(1);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.code()).isEqualTo(1);
        }
        assertThat(bytes()).isEqualTo(before);
    }

    private void assertRefused(int code, String message, String... words) {
        List<String> before = tree.files();
        byte[] store = bytes();
        Outcome outcome = tree.run(List.of(words));
        assertThat(outcome.err()).contains(message).hasLineCount(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.code()).isEqualTo(code);
        assertThat(tree.files()).isEqualTo(before);
        assertThat(bytes()).isEqualTo(store);
    }

    @Test
    void anEmptyStore() {
        store("");

        assertFileRefused("line 1, column 1: there is no root element [not-well-formed]");
    }

    @Test
    void aTruncatedStore() {
        store(StoreTree.smallStore().substring(0, 3000));

        assertFileRefused("[not-well-formed]");
    }

    @Test
    void truncatedUtf8() {
        byte[] bytes =
                StoreTree.smallStore().replace("\"user\"", "\"us\u00e9\"").getBytes(StandardCharsets.ISO_8859_1);
        store(bytes);

        assertFileRefused("a byte is not UTF-8 [not-well-formed]");
    }

    @Test
    void controlCharacters() {
        damage("name=\"work\"", "name=\"wo\u001brk\"");

        assertFileRefused("a character is not allowed in XML [not-well-formed]");
    }

    @Test
    void aValueOfAMegabyte() {
        damage("kernelopts=\"nopat\"", "kernelopts=\"" + "a".repeat(1 << 20) + "\"");

        assertFileRefused("an attribute value longer than 65536 characters [limit]");
    }

    @Test
    void aDoctype() {
        store("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">\n" + StoreTree.smallStore());

        assertFileRefused("a DOCTYPE is never part of a store [doctype]");
    }

    @Test
    void aStoreOfMoreThanEightMegabytes() {
        store(StoreTree.smallStore() + " ".repeat(8 << 20));

        assertFileRefused("is larger than 8388608 bytes");
    }

    @Test
    void noStore() throws IOException {
        Files.delete(tree.path(STORE));

        for (String command : List.of("qvm-ls", "qvm-check work", "qvm-prefs work memory 5", "qvm-create -l red x")) {
            Outcome outcome = tree.run(command);
            assertThat(outcome.err())
                    .endsWith(
                            "no store at /var/lib/qubes/qubes.xml; make one with qvm-init-storage; one that was lost comes back with 'qubes-store repair'\n");
            assertThat(outcome.code()).isEqualTo(10);
        }
        assertThat(tree.exists(STORE)).isFalse();
    }

    @Test
    void noRoot() {
        Path root = tree.path("/mistyped");

        Outcome outcome = tree.run("qvm-ls --root " + root);

        assertThat(outcome.err())
                .isEqualTo("qvm-ls: there is no directory " + root
                        + " to look for the store in; name another with --root (QUBES_ROOT)\n");
        assertThat(outcome.code()).isEqualTo(10);
    }

    @Test
    void aDirectoryInPlaceOfTheStore() throws IOException {
        Files.delete(tree.path(STORE));
        Files.createDirectory(tree.path(STORE));

        Outcome outcome = tree.run("qvm-prefs work memory 600");

        assertThat(outcome)
                .isEqualTo(new Outcome(1, "", "qvm-prefs: cannot open /var/lib/qubes/qubes.xml: not a regular file\n"));
    }

    @Test
    void aNewlineInANameIsShownAndThatVmCannotBeChanged() {
        damage("name=\"work\"", "name=\"work&#10;\"");

        assertThat(tree.run("qvm-ls --raw-list").out()).contains("\nwork\\x0a\n");
        assertRefused(1, "VM 'work\\x0a' cannot be changed", "qvm-prefs", "work\n", "memory", "600");
        assertRefused(1, "VM 'work\\x0a' cannot be changed", "qvm-remove", "work\n");
        assertThat(tree.run("qvm-prefs vault memory 600").code()).isZero();
    }

    @Test
    void aNameOf32CharactersIsShownAndThatVmCannotBeChanged() {
        String name = "n".repeat(32);
        damage("name=\"work\"", "name=\"" + name + "\"");

        assertThat(tree.run("qvm-ls --raw-list").out()).contains("\n" + name + "\n");
        assertRefused(1, "longer than 31 characters", "qvm-prefs", name, "memory", "600");
    }

    @Test
    void aQidOf254StopsEveryChangeButNoListing() {
        damage("qid=\"4\"", "qid=\"254\"");

        assertThat(tree.run("qvm-ls --raw-list").code()).isZero();
        assertRefused(1, "correct line 6 of qubes.xml first", "qvm-prefs", "vault", "memory", "600");
    }

    @Test
    void aProblemNamesVmAttributeAndLine() {
        damage("memory=\"1000\"", "memory=\"lots\"");

        assertThat(tree.run("qvm-ls work").err())
                .isEqualTo("qvm-ls: warning: bad-number: 'personal', memory (qubes.xml line 10): 'lots' is not usable:"
                        + " not a number; the default counts\n");
    }

    @Test
    void the254thVm() {
        StringBuilder vms = new StringBuilder();
        String personal = ExpectedStore.small().element("personal");
        for (int qid = 7; qid <= 253; qid++) {
            if (qid < 8 || qid > 9) {
                vms.append(personal.replace("\"personal\"", "\"vm" + qid + "\"")
                        .replace("qid=\"9\"", "qid=\"" + qid + "\"")
                        .replace("uuid=\"0a3c8d4e", "uuid=\"" + (10000000 + qid)));
            }
        }
        damage("</QubesVmCollection>", vms + "</QubesVmCollection>");

        assertRefused(1, "every qid from 1 to 253 is taken; remove a VM first", "qvm-create", "-l", "red", "new");
        assertRefused(1, "every qid from 1 to 253 is taken; remove a VM first", "qvm-clone", "work", "new");
    }

    @Test
    void tooLongValuesAreNotStoredAndTheStoreIsNotBlamed() {
        assertRefused(1, "the change cannot be stored", "qvm-prefs", "work", "kernelopts", "a".repeat(65537));
        assertRefused(1, "is no name of a service; use 1 to 48", "qvm-service", "work", "s".repeat(70000), "on");
    }

    @Test
    void argumentsThatAreNoTextAreNotStored() {
        assertRefused(2, "is no text in UTF-8", "qvm-prefs", "work", "default_user", "a\ufffd");
        assertRefused(2, "is no text in UTF-8", "qvm-create", "-l", "red", "\ufffd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[__import__('os').system('id')]", "['00:19.0', exec('x')]", "[[[[", "'00:19.0'.x"})
    void codeInAListOfPciDevicesIsText(String list) {
        assertRefused(1, "is no list of PCI addresses; write it as", "qvm-prefs", "work", "pcidevs", list);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc", "/etc", "..", ".", "a/b", "a\u001b"})
    void aKernelCannotLeadOutOfItsDirectory(String kernel) {
        assertRefused(1, "is no usable kernel", "qvm-prefs", "work", "kernel", kernel);
        assertRefused(1, "is no usable kernel", "qubes-prefs", "default-kernel", kernel);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "0", "-5", "1e3", "0x10", "9999999999999999999999999999999", ""})
    void memoryIsAPositiveNumber(String memory) {
        assertRefused(1, "memory: '" + memory + "' is ", "qvm-create", "-l", "red", "-m", memory, "new");
    }

    @Test
    void aRingOfNetvms() {
        tree.run("qvm-create -q -l red -p --property netvm=sys-firewall second");

        assertRefused(1, "that would be a loop", "qvm-prefs", "sys-firewall", "netvm", "second");
        assertRefused(1, "that would be a loop", "qvm-prefs", "second", "netvm", "second");
    }

    @Test
    void aConfigurationFileThatIsNoUtf8DoesNoHarm() throws IOException {
        tree.write("/etc/qubes/qvm.conf", "");
        Files.write(tree.path("/etc/qubes/qvm.conf"), new byte[] {(byte) 0xff, '=', '1', '\n'});

        assertThat(tree.run("qvm-ls --raw-list work")).isEqualTo(new Outcome(0, "work\n", ""));
    }

    @Test
    void anUnfinishedJournalIsRemovedByTheNextChange() {
        tree.write("/var/lib/qubes/.qvm-pending.new", "half");

        tree.run("qvm-prefs --dry-run work memory 600");
        assertThat(tree.exists("/var/lib/qubes/.qvm-pending.new")).isTrue();
        assertThat(tree.run("qvm-prefs work memory 600")).isEqualTo(new Outcome(0, "", ""));
        assertThat(tree.exists("/var/lib/qubes/.qvm-pending.new")).isFalse();
    }

    @Test
    void pathsAreShownWithoutTheRoot() {
        tree.write("/var/lib/qubes/appvms/new/file", "");

        assertThat(tree.run("qvm-create -l red new").err())
                .isEqualTo("qvm-create: /var/lib/qubes/appvms/new exists already; move it away,"
                        + " or choose another name\n");
    }
}
