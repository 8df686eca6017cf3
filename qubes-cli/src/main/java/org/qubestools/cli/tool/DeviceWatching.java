package org.qubestools.cli.tool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.output.Json;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.ChangeFeed;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.devices.DeviceChange;
import org.qubestools.devices.DeviceWatcher;
import org.qubestools.devices.ListEntry;
import org.qubestools.qubesdb.QubesDbPath;

/**
 * Prints a list of devices, and then each change, one line each, until it is interrupted.
 *
 * @param <E> what the list is of
 */
final class DeviceWatching<E extends ListEntry> {
    private static final Duration LONG = Duration.ofMinutes(1);

    /**
     * A kind of devices.
     *
     * @param <E> one of them in a list
     */
    interface Kind<E extends ListEntry> {
        /** Where VMs tell that their devices changed. */
        List<QubesDbPath> paths();

        /** Something that changes with the devices of this host. */
        Object hostState(RunningSystem system);

        /** The list as it is now; adds what is to be told of others. */
        List<E> list(RunningSystem system, List<String> complaints);

        /** One of them as the list of its tool shows it. */
        String line(E device);

        /** The same as members of an object. */
        Map<String, @Nullable Object> json(E device);

        /** The type of such an object when something happens. */
        String eventType();
    }

    private final Runs runs;
    private final ToolContext ctx;
    private final Kind<E> kind;
    private boolean complained;

    DeviceWatching(Runs runs, ToolContext ctx, Kind<E> kind) {
        this.runs = runs;
        this.ctx = ctx;
        this.kind = kind;
    }

    int run() {
        Thread self = Thread.currentThread();
        try (Host.Registration registration = ctx.host().onInterrupt(self::interrupt);
                ChangeFeed feed = ChangeFeed.open(
                        runs.session().qubes().vmm(),
                        () -> runs.session().qubes().load().vms(),
                        runs.session().config().store(),
                        runs.system().host().databases(),
                        ChangeFeed.Options.of(kind.paths()))) {
            DeviceWatcher<E> watcher = new DeviceWatcher<>(feed, this::list, () -> kind.hostState(runs.system()));
            for (E device : watcher.known()) {
                print("device", device);
            }
            while (!ctx.out().checkError()) {
                for (DeviceChange<E> change : watcher.next(LONG)) {
                    print(change.kind().name().toLowerCase(Locale.ROOT), change.entry());
                }
            }
            return ExitCode.OK; // the reader went away
        } catch (InterruptedException e) {
            return ExitCode.OK; // how it is meant to end
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.CANCELLED) {
                return ExitCode.OK; // the same, in the middle of a list
            }
            throw e;
        }
    }

    /** With the store and the running system as they are now; what is to be told of others is told of the first list. */
    private List<E> list() {
        List<String> complaints = new ArrayList<>();
        try (RunningSystem system =
                runs.session().running(runs.session().qubes().load(), runs)) {
            List<E> devices = kind.list(system, complaints);
            if (!complained) {
                complained = true;
                complaints.forEach(ctx::warn);
            }
            return devices;
        }
    }

    private void print(String event, E device) {
        if (!ctx.isJson()) {
            ctx.println(event + " " + kind.line(device));
            return;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("type", kind.eventType());
        fields.put("event", event);
        fields.putAll(kind.json(device));
        try (Json line = Json.line(ctx.out())) {
            line.element(fields);
        }
    }
}
