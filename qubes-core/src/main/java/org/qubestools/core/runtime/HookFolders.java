package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.JsonText;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.UnixStat;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.VmProperties;
import org.qubestools.core.property.VmProperty;
import org.qubestools.core.runtime.Programs.Command;
import org.qubestools.core.runtime.Programs.Outcome;

/**
 * Hooks of other packages: the executables in {@code /etc/qubes/hooks.d/POINT}, run in the order of their names. Each gets
 * the VM's name as its argument and the VM's properties as one JSON object on standard input.
 */
public final class HookFolders {
    /** Where the folders of all points are. */
    public static final String FOLDER = "/etc/qubes/hooks.d";

    /** How long one may take. */
    public static final Duration LIMIT = Duration.ofSeconds(60);

    private static final int ROOT = 0;
    /** Write permission of the group and of others. */
    private static final int WRITABLE = 022;

    private final RealPaths paths;
    private final Programs programs;
    private final Consumer<String> messages;
    private final int owner;

    /**
     * The hooks of this host.
     *
     * @param messages gets what hooks print as errors, line by line, fit for a terminal
     */
    public HookFolders(RealPaths paths, Programs programs, Consumer<String> messages) {
        this(paths, programs, messages, ROOT);
    }

    HookFolders(RealPaths paths, Programs programs, Consumer<String> messages, int owner) {
        this.paths = paths;
        this.programs = programs;
        this.messages = messages;
        this.owner = owner;
    }

    /**
     * Runs the hooks of one point; without a folder nothing is even looked at.
     *
     * @throws QubesException FAILED at the first hook that fails, takes more than {@link #LIMIT}, or that others than root
     *     could have made, of which none is run then
     */
    public void run(HookPoint point, VmView vm) {
        String shown = FOLDER + "/" + point.folder();
        Path folder = paths.real(shown);
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> hooks = executables(folder, shown);
        if (hooks.isEmpty()) {
            return;
        }
        requireOfRoot(paths.real(FOLDER), FOLDER);
        requireOfRoot(folder, shown);
        for (Path hook : hooks) {
            requireOfRoot(hook, shown + "/" + hook.getFileName());
        }
        String properties = properties(vm);
        for (Path hook : hooks) {
            run(hook, shown + "/" + hook.getFileName(), vm, properties);
        }
    }

    private static List<Path> executables(Path folder, String shown) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> Files.isRegularFile(entry) && Files.isExecutable(entry))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, "cannot read " + shown + ": " + IoReason.of(e), null, e);
        }
    }

    /** Of a link, where it leads counts. */
    private void requireOfRoot(Path path, String shown) {
        boolean good;
        try {
            Path real = path.toRealPath();
            good = UnixStat.uid(real) == owner && (UnixStat.mode(real) & WRITABLE) == 0;
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, "cannot look at " + shown + ": " + IoReason.of(e), null, e);
        }
        if (!good) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the hook " + SafeText.of(shown) + " is refused: others than root could have written it",
                    "if it is right, 'chown root' and 'chmod go-w' it");
        }
    }

    private void run(Path hook, String shown, VmView vm, String properties) {
        Outcome outcome = programs.run(
                Command.of(hook.toString(), vm.vm().name()).with(properties).within(LIMIT));
        for (String line : outcome.untrustedErrors().split("\n", -1)) {
            if (!line.isBlank()) {
                messages.accept(SafeText.of(shown) + ": " + SafeText.of(line));
            }
        }
        if (outcome.status() != 0) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the hook " + SafeText.of(shown) + " failed for VM '"
                            + vm.vm().name() + "' with status " + outcome.status());
        }
    }

    /** All properties in force, by name; null for those without a value. */
    static String properties(VmView vm) {
        Map<String, @Nullable Object> values = new TreeMap<>();
        for (VmProperty property : VmProperties.all()) {
            if (property.belongsTo(vm.vm().vmClass())) {
                values.put(property.id(), property.value(vm));
            }
        }
        return JsonText.of(values);
    }
}
