package org.qubestools.cli.backup;

import java.util.List;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** The subcommands of {@code qubes-backup}. */
public final class BackupCommands {
    /** Their names, in the order of the help text. */
    public static final List<String> NAMES = List.of("info", "list", "verify", "extract", "cat");

    private BackupCommands() {}

    /**
     * Runs one.
     *
     * @param untrustedWords its arguments; the first is where the backup is
     * @return the exit code
     */
    public static int run(String command, List<String> untrustedWords, ParsedArguments args, ToolContext ctx) {
        if (!NAMES.contains(command)) {
            throw noSuch(command);
        }
        boolean named = !ReadingOptions.isFromCommand(args);
        if (named && (untrustedWords.isEmpty() || untrustedWords.get(0).isEmpty())) {
            throw Usage.error("name the backup");
        }
        String location = named ? untrustedWords.get(0) : "-";
        List<String> rest = named ? untrustedWords.subList(1, untrustedWords.size()) : untrustedWords;
        return switch (command) {
            case "info" -> {
                requireCount("info FILE", rest, 0, 0);
                yield InfoCommand.run(location, args, ctx);
            }
            case "list" -> ListCommand.run(location, rest, args, ctx);
            case "verify" -> VerifyCommand.run(location, rest, args, ctx);
            case "extract" -> {
                requireCount("extract FILE DIR [VM|PATH ...]", rest, 1, Integer.MAX_VALUE);
                yield ExtractCommand.run(location, rest.get(0), rest.subList(1, rest.size()), args, ctx);
            }
            case "cat" -> {
                requireCount("cat FILE PATH", rest, 1, 1);
                yield CatCommand.run(location, rest.get(0), args, ctx);
            }
            default -> throw noSuch(command);
        };
    }

    private static QubesException noSuch(String untrustedCommand) {
        return Usage.error("no such command '" + SafeText.of(untrustedCommand) + "'; use " + String.join(", ", NAMES));
    }

    private static void requireCount(String form, List<String> rest, int min, int max) {
        if (rest.size() < min || rest.size() > max) {
            throw Usage.error("wrong number of arguments, expected " + form);
        }
    }
}
