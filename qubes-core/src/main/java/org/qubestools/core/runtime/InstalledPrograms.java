package org.qubestools.core.runtime;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Subprocess;

/** The programs of this host, one child process each. */
public final class InstalledPrograms implements Programs {
    @Override
    public Outcome run(Command command) {
        requireThere(command.program());
        Subprocess process = Subprocess.of(command.words())
                .withEnvironment(command.environment())
                .withInput(command.input());
        if (command.timeLimit().isPresent()) {
            process = process.withTimeout(command.timeLimit().get());
        }
        Subprocess.Result result = process.run();
        return new Outcome(
                result.status(), new String(result.stdout(), StandardCharsets.UTF_8), result.untrustedStderr());
    }

    /** Behind a prefix only the prefix would tell, in words of its own. */
    private static void requireThere(String program) {
        if (program.startsWith("/") && !Files.isExecutable(Path.of(program))) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "there is no program " + program,
                    "install what it belongs to, or name another place in /etc/qubes/qvm.conf");
        }
    }
}
