package org.qubestools.cli.qubesdb;

import java.nio.file.Path;
import java.util.Map;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.ConfigFile;
import org.qubestools.qubesdb.QubesDbSockets;

/** Where the sockets are: the same folder as for the tools that start VMs. */
final class SocketFolder {
    private SocketFolder() {}

    /** That of the environment; else of {@code qvm.conf} below the root; else the usual one, below the root. */
    static QubesDbSockets of(ToolContext ctx) {
        Map<String, String> environment = ctx.environment();
        if (environment.getOrDefault(QubesDbSockets.VARIABLE, "").isEmpty()) {
            String root = environment.getOrDefault(QubesDbSockets.ROOT_VARIABLE, "");
            String set = ConfigFile.read(Path.of(root.isEmpty() ? "/" : root).resolve(ConfigFile.PATH.substring(1)))
                    .getOrDefault(QubesDbSockets.VARIABLE, "");
            if (!set.isEmpty()) {
                return new QubesDbSockets(Path.of(set).toAbsolutePath());
            }
        }
        return QubesDbSockets.fromEnvironment(environment);
    }
}
