package org.qubestools.backup.restore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.format.Backup;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.backup.format.PassResult;
import org.qubestools.backup.format.R4QubesXml;
import org.qubestools.backup.unpack.SizeLimit;
import org.qubestools.core.Dom0User;
import org.qubestools.core.Qubes;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Pools;

/**
 * Carries out a plan: unpacks all wanted VMs into a staging area, then puts those that are whole in place, one by one,
 * and last the home of dom0. At every moment, kill -9 included, a VM is there with all its files or not at all.
 */
public final class RestoreJob {
    private final Qubes qubes;
    private final Backup backup;
    private final RestorePlan plan;
    private final RestoreRun run;
    private final @Nullable HomePlace home;

    /**
     * A job that has done nothing yet.
     *
     * @param backup stays the caller's; {@link #run} reads its data
     * @param plan made from this backup for this host
     * @param user the dom0 user; null if there is none
     */
    public RestoreJob(Qubes qubes, Backup backup, RestorePlan plan, @Nullable Dom0User user, RestoreRun run) {
        this.qubes = qubes;
        this.backup = backup;
        this.plan = plan;
        this.run = run;
        this.home = plan.toRestore().stream().anyMatch(PlannedVm::isHome) ? homePlace(user) : null;
    }

    private HomePlace homePlace(@Nullable Dom0User user) {
        if (run.homeTo() != null) {
            return new HomePlace(run.homeTo(), true, user);
        }
        if (user == null) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "there is no user of dom0 here, so the home in the backup has no place",
                    "use --home-to or --skip-dom0-home");
        }
        return new HomePlace(user.home(), false, user);
    }

    /** What killed restores left where this one will work, a line each; nothing is changed. */
    public List<String> leftovers() {
        return shown(StagingArea.clear(places(), run.layer(), true));
    }

    private List<String> shown(List<String> lines) {
        return lines.stream().map(qubes.config()::shownIn).toList();
    }

    private List<Path> places() {
        Set<Path> places = new LinkedHashSet<>();
        Pools pools = qubes.load().pools();
        for (String name : pools.names()) {
            String directory = pools.directory(name);
            if (directory != null) {
                places.add(qubes.config().real(directory));
            }
        }
        if (home != null) {
            places.add(home.stagingPlace());
        }
        return List.copyOf(places);
    }

    /**
     * Looks whether the plan can be carried out here, without changing anything.
     *
     * @throws QubesException FAILED, INVALID_VALUE or VMM_UNREACHABLE if not
     */
    public void check() {
        if (!plan.conflicts().isEmpty()) {
            throw new QubesException(ErrorKind.FAILED, "the plan has conflicts; nothing was restored");
        }
        if (run.options().paranoid()) {
            ParanoidMode.require(backup);
        }
        requireRoom(pool(), false);
        if (home != null) {
            home.check();
            requireRoom(home.stagingPlace(), true);
        }
        if (!qubes.vmm().isOffline()) {
            qubes.vmm().domains(); // now, not when all data are unpacked
        }
    }

    /** The directory of the pool that the VMs go to. */
    private Path pool() {
        Pools pools = qubes.load().pools();
        String directory = pools.directory(run.options().pool());
        if (directory == null) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "there is no storage pool '" + SafeText.of(run.options().pool()) + "'",
                    "pools: " + String.join(", ", pools.names()));
        }
        Path place = qubes.config().real(directory);
        if (!Files.isDirectory(place)) {
            throw new QubesException(ErrorKind.FAILED, "there is no directory " + SafeText.of(directory), "make it");
        }
        return place;
    }

    /** For the data of the VMs, or of the home, as far as the backup tells their size. */
    private void requireRoom(Path place, boolean ofHome) {
        long needed = 0;
        for (PlannedVm vm : plan.toRestore()) {
            long room = Long.MAX_VALUE - needed;
            needed += vm.isHome() == ofHome ? Math.min(room, vm.item().size()) : 0;
        }
        try {
            long free = Files.getFileStore(place).getUsableSpace();
            if (free < needed) {
                throw new QubesException(
                        ErrorKind.FAILED,
                        "too little room: " + needed + " bytes are needed in "
                                + SafeText.of(qubes.config().shown(place)) + ", " + free + " are free",
                        "make room there, or name fewer VMs");
            }
        } catch (IOException e) {
            // In a chroot whose root is no mount point Java finds no file system: then a full one ends the writing.
        }
    }

    /**
     * Does the work after {@link #check}. What concerns one VM is in the result, with the other VMs restored.
     *
     * @throws QubesException for what stops the whole of it, such as a full disk; then no VM was put in place
     */
    public RestoreResult run() {
        check();
        // An edit that was killed may still need what is in a staging area.
        shown(qubes.edit(List.of(), false).warnings()).forEach(run.log()::warn);
        List<String> cleared = shown(StagingArea.clear(places(), run.layer(), false));
        cleared.forEach(run.log()::warn);
        if (!cleared.isEmpty()) {
            UnsetNetvms.lines(plan, qubes.load().vms()).forEach(run.log()::warn);
        }
        try (StagingArea area = StagingArea.in(pool(), run.layer());
                StagingArea homeArea = home == null ? null : StagingArea.in(home.stagingPlace(), run.layer())) {
            StagedTrees trees = new StagedTrees(run.layer());
            for (PlannedVm vm : plan.toRestore()) {
                trees.add(vm.item(), homeArea != null && vm.isHome() ? homeArea : area);
            }
            return unpackAndPut(trees);
        }
    }

    private RestoreResult unpackAndPut(StagedTrees trees) {
        RestoredFirewalls firewalls = firewalls(backup);
        RestoreHandler handler = handler(backup, plan, run, trees, firewalls);
        run.progress().start(plan.size());
        PassResult pass = read(backup, plan, run, handler);
        if (pass == null) {
            return new Placing(qubes, plan, run, home, trees, handler, firewalls).nothing();
        }
        if (handler.mendedLinks() > 0) {
            run.log()
                    .note("targets of links that the backup program had changed are as they were: "
                            + handler.mendedLinks());
        }
        RestoreResult result = new Placing(qubes, plan, run, home, trees, handler, firewalls).all(pass);
        if (!result.cancelled()) {
            run.progress().done();
        }
        return result;
    }

    /**
     * Proves that all that is selected can be restored, down to what is inside the inner archives, and writes nothing.
     *
     * @throws QubesException FAILED if nothing authenticates the backup
     */
    public static RestoreResult verify(Backup backup, RestorePlan plan, RestoreRun run) {
        requireVerifiable(backup);
        if (run.options().paranoid()) {
            ParanoidMode.require(backup);
        }
        RestoreHandler handler = handler(backup, plan, run, Unpacked.NOWHERE, firewalls(backup));
        run.progress().start(plan.size());
        PassResult pass = read(backup, plan, run, handler);
        List<RestoreOutcome> outcomes = new ArrayList<>();
        for (PlannedVm vm : plan.vms()) {
            RestoreOutcome early = pass == null ? Outcomes.notReached(vm) : Outcomes.withoutData(vm, pass);
            outcomes.add(
                    early != null
                            ? early
                            : Outcomes.good(vm, RestoreOutcome.Status.VERIFIED, handler.losses(vm.item())));
        }
        if (pass != null) {
            run.progress().done();
        }
        return new RestoreResult(outcomes, Outcomes.brokenOff(pass), pass == null);
    }

    /** FAILED if nothing authenticates the backup. */
    public static void requireVerifiable(Backup backup) {
        if (!backup.isAuthenticated()) {
            throw new QubesException(
                    ErrorKind.FAILED, "a backup of format 1 cannot be verified: nothing in it is authenticated");
        }
    }

    private static RestoredFirewalls firewalls(Backup backup) {
        Map<Integer, String> ours =
                backup.version() == FormatVersion.V4 ? R4QubesXml.firewalls(backup.xml()) : Map.of();
        return new RestoredFirewalls(ours);
    }

    private static RestoreHandler handler(
            Backup backup, RestorePlan plan, RestoreRun run, Unpacked unpacked, RestoredFirewalls firewalls) {
        return new RestoreHandler(
                backup.version(),
                run.options().paranoid(),
                unpacked,
                firewalls,
                run.ignoreSizeLimit() ? SizeLimit.none() : SizeLimit.of(backup, items(plan)),
                run.cancellation(),
                run.progress());
    }

    private static List<BackupItem> items(RestorePlan plan) {
        return plan.toRestore().stream().map(PlannedVm::item).toList();
    }

    /** Null if it was cancelled. */
    private static @Nullable PassResult read(Backup backup, RestorePlan plan, RestoreRun run, RestoreHandler handler) {
        try {
            run.cancellation().readingBegins();
            List<BackupItem> items = items(plan);
            return items.isEmpty() ? new PassResult(Map.of(), Map.of(), List.of()) : backup.read(items, handler);
        } catch (QubesException | UncheckedIOException e) {
            if (run.cancellation().isCancelled()) {
                return null;
            }
            throw e;
        } finally {
            run.cancellation().readingEnds();
        }
    }
}
