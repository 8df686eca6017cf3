package org.qubestools.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Small classes that break a rule, compiled for the tests of the rules. */
final class Snippets {
    private Snippets() {}

    /** Compiles sources by class name (package and imports are in the text) and reads them as the rules see them. */
    static JavaClasses compile(Path directory, Map<String, String> sources) throws IOException {
        Path out = Files.createDirectory(directory.resolve("out"));
        List<String> arguments = new ArrayList<>(List.of("-d", out.toString(), "-proc:none", "-nowarn"));
        for (Map.Entry<String, String> source : new TreeMap<>(sources).entrySet()) {
            Path file = directory.resolve(source.getKey().replace('.', '/') + ".java");
            Files.createDirectories(file.getParent());
            arguments.add(Files.writeString(file, source.getValue()).toString());
        }

        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int status = compiler.run(null, null, null, arguments.toArray(String[]::new));

        assertThat(status).as("status of javac").isZero();
        return new ClassFileImporter().importPath(out);
    }

    /** One class with one method of the given body. */
    static Map<String, String> method(String name, String body) {
        int dot = name.lastIndexOf('.');
        return Map.of(
                name,
                "package " + name.substring(0, dot) + "; public final class " + name.substring(dot + 1)
                        + " { Object x() throws Exception { " + body + " } }");
    }

    @SafeVarargs
    static Map<String, String> all(Map<String, String>... parts) {
        Map<String, String> sources = new TreeMap<>();
        for (Map<String, String> part : parts) {
            sources.putAll(part);
        }
        return sources;
    }
}
