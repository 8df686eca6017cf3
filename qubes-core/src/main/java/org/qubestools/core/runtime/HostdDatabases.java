package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FlatJson;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.JsonText;
import org.qubestools.core.io.LineSocket;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.GuestPort;
import org.qubestools.qubesdb.QubesDb;

/**
 * All databases of a host in our own daemon, {@code qubesdb-hostd}, for hosts that have none of Qubes' daemons. It is told
 * what to do by lines of JSON, and started when it does not run.
 *
 * <p>The database of a VM is linked to the daemon in its guest over the socket that the VMM makes, if it makes one; a guest
 * without our end never answers there, and nothing waits for it.
 */
public final class HostdDatabases implements DomainDatabases {
    /** Where it is told what to do. */
    public static final String SOCKET = "/var/run/qubes/qubesdb-hostd.sock";

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int LONGEST_ANSWER = 1 << 16;

    private final RealPaths paths;
    private final HostdStart daemon;
    private final boolean linked;

    /**
     * The databases of this host.
     *
     * @param daemon starts the daemon
     * @param linked whether domains have a port for a link to the daemon in the guest, see {@link GuestPort#QUBESDB}
     */
    public HostdDatabases(RealPaths paths, HostdStart daemon, boolean linked) {
        this.paths = paths;
        this.daemon = daemon;
        this.linked = linked;
    }

    /** What the daemon answers: {@code kind} is "" for success, else the reason's kind. */
    private record Answer(String kind, String untrustedMessage) {}

    @Override
    public void start(QubesVm vm, int domainId) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("op", "start");
        request.put("domain", vm.name());
        if (linked) {
            request.put(
                    "connect", paths.real(GuestPort.QUBESDB.socket(vm.name())).toString());
            request.put("ends_with_link", true); // nobody may be there to tell it when the guest ends by itself
        }
        Answer answer = askStarted(request);
        if (answer.kind.equals("in-use")) {
            stop(vm); // what an earlier run left, with all that is in it
            answer = askStarted(request);
        }
        requireSuccess(vm, "start", answer);
    }

    @Override
    public void stop(QubesVm vm) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("op", "stop");
        request.put("domain", vm.name());
        Answer answer;
        try (LineSocket hostd = LineSocket.connect(paths.real(SOCKET))) {
            answer = ask(hostd, request);
        } catch (IOException e) {
            return; // it does not run, so it serves nobody
        }
        if (!answer.kind.equals("not-running")) {
            requireSuccess(vm, "end", answer);
        }
    }

    private Answer askStarted(Map<String, Object> request) {
        Path socket = paths.real(SOCKET);
        try (LineSocket hostd = daemon.connected(socket)) {
            return ask(hostd, request);
        }
    }

    private Answer ask(LineSocket hostd, Map<String, Object> request) {
        try {
            String line = hostd.ask(JsonText.of(request), LONGEST_ANSWER, HostdDatabases::isLine, LIMIT);
            Map<String, String> answer = FlatJson.read(line);
            return "true".equals(answer.get("ok"))
                    ? new Answer("", "")
                    : new Answer(
                            answer.getOrDefault("kind", "failed"), answer.getOrDefault("message", "it gave no reason"));
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "qubesdb-hostd at " + paths.real(SOCKET) + " failed: " + IoReason.of(e), null, e);
        } catch (FlatJson.Malformed e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "what answers at " + paths.real(SOCKET) + " is no qubesdb-hostd: " + e.getMessage(),
                    null,
                    e);
        }
    }

    private static boolean isLine(String answer) {
        return answer.indexOf('\n') >= 0;
    }

    private static void requireSuccess(QubesVm vm, String what, Answer answer) {
        if (!answer.kind.isEmpty()) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot " + what + " the QubesDB of VM '" + vm.name() + "': "
                            + SafeText.of(answer.untrustedMessage));
        }
    }

    @Override
    public boolean outliveDomains() {
        return true;
    }

    @Override
    public QubesDb connect(QubesVm vm) {
        return QubesDbDaemons.client(paths, vm);
    }
}
