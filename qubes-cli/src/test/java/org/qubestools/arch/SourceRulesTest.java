package org.qubestools.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ProjectFiles;

/** Holds the sources of all modules to {@link SourceRules}, and each rule to a bad snippet. */
final class SourceRulesTest {
    /** Why a file may be longer than 300 lines. */
    private static final Map<String, String> LARGE_FILES = Map.of(
            "store/XmlScanner.java", "one pass over the bytes of a store: its states share position and limits",
            "model/VmCollection.java", "every question about how VMs refer to each other, with the derived defaults",
            "model/ValueType.java", "one constant per kind of stored value, each with its parser and its writer");

    /** Why a file may have a method of more than 60 lines. */
    private static final Map<String, String> LARGE_METHODS = Map.of(
            "crypto/SalsaMix.java", "the fast code of a hash: its state must stay in the variables of one method");

    /** Why a class may be extended by anybody. */
    private static final Map<String, String> OPEN_CLASSES =
            Map.of("QubesException", "DeviceException of another module adds facts for its callers");

    private static final List<SourceFile> MAIN = sources("src/main/java");

    @Test
    void theSourcesOfTheModulesAreSeen() {
        assertThat(MAIN).anyMatch(file -> file.path().endsWith("core/io/SafeText.java"));
    }

    @Test
    void filesAndMethodsStaySmall() {
        assertThat(findings(file -> SourceRules.fileSize(file, LARGE_FILES))).isEmpty();
        assertThat(findings(file -> SourceRules.methodSize(file, LARGE_METHODS)))
                .isEmpty();
    }

    @Test
    void nothingIsLeftUnfinished() {
        assertThat(findings(SourceRules::unfinished)).isEmpty();
    }

    @Test
    void suppressionsSayWhy() {
        assertThat(findings(SourceRules::suppressionWithoutReason)).isEmpty();
    }

    @Test
    void classesAreClosed() {
        assertThat(findings(file -> SourceRules.openClass(file, OPEN_CLASSES))).isEmpty();
    }

    @Test
    void packagesAreNullMarked() {
        assertThat(SourceRules.packagesWithoutNullMarked(MAIN)).isEmpty();
    }

    @Test
    void modulesWithCodeHaveTests() {
        List<SourceFile> ours = MAIN.stream()
                .filter(file -> !file.path().startsWith("src-test-fixtures/"))
                .toList();

        assertThat(SourceRules.modulesWithoutTests(ours, sources("src/test/java")))
                .isEmpty();
    }

    @Test
    void fileSizeFindsLongFilesAndStaleExcuses() {
        Map<String, String> excuse = Map.of("a/Bad.java", "a reason");

        assertThat(SourceRules.fileSize(source("x\n".repeat(501)), excuse)).hasSize(1);
        assertThat(SourceRules.fileSize(source("x\n".repeat(301)), Map.of())).hasSize(1);
        assertThat(SourceRules.fileSize(source("x\n".repeat(300)), excuse)).hasSize(1);
        assertThat(SourceRules.fileSize(source("x\n".repeat(301)), excuse)).isEmpty();
    }

    @Test
    void methodSizeFindsLongMethodsOnly() {
        String brace = "        String s = \"{\" + '{'; // {\n";
        SourceFile long61 = source("class A {\n    void x() {\n" + brace.repeat(59) + "    }\n}\n");
        SourceFile long60 = source("class A {\n    void x() {\n" + brace.repeat(58) + "    }\n}\n");

        assertThat(SourceRules.methodSize(long61, Map.of()))
                .containsExactly("m/src/a/Bad.java:2 x has 61 lines, at most 60");
        assertThat(SourceRules.methodSize(long60, Map.of())).isEmpty();
        assertThat(SourceRules.methodSize(long61, Map.of("a/Bad.java", "a reason")))
                .isEmpty();
    }

    @Test
    void methodsAreFoundInEveryKindOfType() {
        SourceFile file = source("""
                enum Kind {
                    A("x") {
                        @Override
                        int of(int a) {
                            return new Object() { int y() { return 1; } }.y();
                        }
                    },
                    B("{");
                    private static final int[] T = {1, 2};
                    private final Runnable r = () -> {
                        run();
                    };
                    Kind(String s) {}
                    record R(int a) {
                        R {
                            check(a);
                        }
                    }
                    @SuppressWarnings(value = "all")
                    static <T> List<T> list() throws IOException {
                        return List.of();
                    }
                    static {
                        init();
                    }
                }
                """);

        assertThat(file.methods())
                .extracting(SourceFile.Method::name, SourceFile.Method::lines)
                .containsExactly(tuple("of", 4), tuple("Kind", 1), tuple("R", 3), tuple("list", 4), tuple("static", 3));
    }

    @Test
    void unfinishedWorkIsFound() {
        assertThat(SourceRules.unfinished(source("a;\n// TO" + "DO later\n"))).hasSize(1);
        assertThat(SourceRules.unfinished(source("// TODOS_OF_OTHERS\n"))).isEmpty();
    }

    @Test
    void suppressionWithoutReasonIsFound() {
        assertThat(SourceRules.suppressionWithoutReason(source("@SuppressWarnings(\"x\")\nvoid a() {}\n")))
                .hasSize(1);
        assertThat(SourceRules.suppressionWithoutReason(source("@SuppressWarnings(\"a // b c\")\n")))
                .hasSize(1);
        assertThat(SourceRules.suppressionWithoutReason(source("@SuppressWarnings(\"x\") // the API is raw\n")))
                .isEmpty();
        assertThat(SourceRules.suppressionWithoutReason(source("// no @SuppressWarnings here\n")))
                .isEmpty();
    }

    @Test
    void openClassIsFound() {
        assertThat(SourceRules.openClass(source("public class Bad {}\n"), Map.of()))
                .hasSize(1);
        assertThat(SourceRules.openClass(source("class Bad {}\n"), Map.of())).hasSize(1);
        assertThat(SourceRules.openClass(source("class Bad {}\n"), Map.of("Bad", "a reason")))
                .isEmpty();
        assertThat(SourceRules.openClass(
                        source("final class A {}\nabstract class B {}\nsealed class C {}\n"), Map.of()))
                .isEmpty();
    }

    @Test
    void packageWithoutMarkIsFound() {
        SourceFile marked = new SourceFile("m/a/package-info.java", "/** A. */\n@NullMarked\npackage a;\n");
        SourceFile unmarked = new SourceFile("m/b/package-info.java", "/** B. @NullMarked */\npackage b;\n");

        assertThat(SourceRules.packagesWithoutNullMarked(List.of(marked, unmarked)))
                .hasSize(1);
        assertThat(SourceRules.packagesWithoutNullMarked(List.of(source("class A {}"))))
                .hasSize(1);
        assertThat(SourceRules.packagesWithoutNullMarked(List.of(marked))).isEmpty();
    }

    @Test
    void moduleWithoutTestsIsFound() {
        SourceFile test = new SourceFile("m/src/test/java/a/BadTest.java", "");

        assertThat(SourceRules.modulesWithoutTests(List.of(source("")), List.of()))
                .hasSize(1);
        assertThat(SourceRules.modulesWithoutTests(List.of(source("")), List.of(test)))
                .isEmpty();
    }

    private static SourceFile source(String text) {
        return new SourceFile("m/src/a/Bad.java", text);
    }

    private static List<String> findings(Function<SourceFile, List<String>> rule) {
        return MAIN.stream().map(rule).flatMap(List::stream).toList();
    }

    /** The Java files of every module below {@code part}, named from the root of the project. */
    private static List<SourceFile> sources(String part) {
        Path root = ProjectFiles.root();
        try (Stream<Path> modules = Files.list(root)) {
            return modules.map(module -> module.resolve(part))
                    .filter(Files::isDirectory)
                    .flatMap(directory -> javaFiles(root, directory))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<SourceFile> javaFiles(Path root, Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .map(file -> new SourceFile(root.relativize(file).toString(), read(file)))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
