package org.qubestools.cli.tool;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.output.Json;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.ChangeFeed;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.devices.BlockChange;
import org.qubestools.devices.BlockDevices;
import org.qubestools.devices.BlockListing;
import org.qubestools.devices.DeviceWatcher;
import org.qubestools.devices.HostRoots;
import org.qubestools.devices.RunningDevices;

/** Prints the list of block devices, and then each change, one line each, until it is interrupted. */
final class DeviceWatching {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Runs runs;
    private final ToolContext ctx;
    private final boolean systemDisks;

    DeviceWatching(Runs runs, ToolContext ctx, boolean systemDisks) {
        this.runs = runs;
        this.ctx = ctx;
        this.systemDisks = systemDisks;
    }

    int run() {
        Thread self = Thread.currentThread();
        try (Host.Registration registration = ctx.host().onInterrupt(self::interrupt);
                ChangeFeed feed = ChangeFeed.open(
                        runs.session().qubes().vmm(),
                        () -> runs.session().qubes().load().vms(),
                        runs.session().config().store(),
                        runs.system().host().databases(),
                        ChangeFeed.Options.of(DeviceWatcher.PATHS))) {
            Supplier<?> hostState = devices(runs.system())::hostState;
            DeviceWatcher watcher = new DeviceWatcher(feed, this::list, hostState);
            for (String complaint : watcher.known().complaints()) {
                ctx.warn(complaint);
            }
            for (BlockListing.Listed listed : watcher.known().devices()) {
                print("device", listed);
            }
            while (!ctx.out().checkError()) {
                for (BlockChange change : watcher.next(LONG)) {
                    print(change.kind().name().toLowerCase(Locale.ROOT), change.listed());
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

    /** With the store and the running system as they are now. */
    private BlockListing list() {
        try (RunningSystem system =
                runs.session().running(runs.session().qubes().load(), runs)) {
            return devices(system).list(systemDisks);
        }
    }

    private BlockDevices devices(RunningSystem system) {
        return BlockDevices.of(
                new RunningDevices(system),
                HostRoots.below(ctx.host().kernelTree()),
                ctx.host().waitTime());
    }

    private void print(String event, BlockListing.Listed listed) {
        if (!ctx.isJson()) {
            ctx.println(event + " " + BlockActions.line(listed));
            return;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("type", "block-event");
        fields.put("event", event);
        fields.putAll(BlockActions.json(listed));
        try (Json line = Json.line(ctx.out())) {
            line.element(fields);
        }
    }
}
