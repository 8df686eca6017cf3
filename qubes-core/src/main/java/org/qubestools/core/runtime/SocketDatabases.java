package org.qubestools.core.runtime;

import java.nio.file.Path;
import org.qubestools.core.model.QubesVm;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbSockets;

/** The databases behind the sockets in the run directory. */
public record SocketDatabases(QubesDbOptions options) implements VmDatabases {
    /** Those in {@code runDirectory}, such as {@code /var/run/qubes}. */
    public static SocketDatabases in(Path runDirectory) {
        return new SocketDatabases(QubesDbOptions.of(new QubesDbSockets(runDirectory)));
    }

    @Override
    public QubesDb connect(QubesVm vm) {
        return QubesDbClient.of(vm.name(), options);
    }
}
