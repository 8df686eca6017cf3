package org.qubestools.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qubestools.core.edit.HostTree;
import org.qubestools.core.edit.MendStore;
import org.qubestools.core.edit.MendStore.LinkEdit;
import org.qubestools.core.edit.MendStore.SecondDom0Removal;
import org.qubestools.core.edit.MendStore.TextEdit;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Pools;
import org.qubestools.core.repair.AccessEdit;
import org.qubestools.core.repair.Finding;
import org.qubestools.core.repair.Memory;
import org.qubestools.core.repair.Mending;
import org.qubestools.core.repair.Rebuild;
import org.qubestools.core.repair.StoreCheck;
import org.qubestools.core.repair.StoreCopies;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.vmm.DomainSnapshot;

/**
 * Examines the store and all that stands around it, and repairs it: what is mended goes the way of every edit, and no
 * file is ever taken away but by an interrupted edit that is finished first, as before any other.
 */
public final class StoreCare {
    private static final String LOST = "store-missing";
    private static final String UNREADABLE = "store-unreadable";

    /** No change but what an interrupted edit left to do. */
    private static final MendStore NOTHING = new MendStore(List.of(), List.of(), List.of());

    private final Qubes qubes;
    private final EditPlace place;

    StoreCare(Qubes qubes, EditPlace place) {
        this.qubes = qubes;
        this.place = place;
    }

    /**
     * What was done.
     *
     * @param edit of the store and of links; empty if there was nothing of that kind
     * @param failed one sentence for each file whose mode or group could not be changed
     */
    public record Repaired(Optional<EditOutcome> edit, List<String> failed) {
        public Repaired {
            failed = List.copyOf(failed);
        }
    }

    /**
     * Looks at everything and changes nothing. The running system is asked unless it is offline; one that cannot be
     * reached is told in the result.
     *
     * @throws QubesException STORE_MISSING if the store is there but may not be read, FAILED if a directory may not
     */
    public Examination examine() {
        StoreSnapshot store;
        try {
            store = qubes.load();
        } catch (QubesException e) {
            return unreadable(e);
        }
        List<String> notSeen = new ArrayList<>();
        Memory memory = store.problems().isEmpty() ? Memory.NONE : memory();
        StoreCheck.Surroundings around = new StoreCheck.Surroundings(
                new HostTree(place.config()), StoreOwnership.of(place.config()).gid(), domains(notSeen));
        StoreCheck check = StoreCheck.of(store, memory, around);
        return new Examination(true, check.findings(), check.mendings(), check.mendable(), notSeen);
    }

    private boolean isLost() {
        return Files.notExists(place.config().store(), LinkOption.NOFOLLOW_LINKS);
    }

    private Examination unreadable(QubesException reason) {
        boolean missing = reason.kind() == ErrorKind.STORE_MISSING;
        boolean lost = missing && isLost();
        if (missing && !lost && Files.notExists(place.config().store())) {
            throw new QubesException(
                    ErrorKind.STORE_MISSING,
                    QubesConfig.STORE + " is a link that leads nowhere",
                    "bring back what it leads to, or remove the link and run 'qubes-store repair'",
                    reason);
        }
        if (!lost && reason.kind() != ErrorKind.STORE_CORRUPT) {
            throw reason;
        }
        Finding finding = new Finding(
                Finding.Severity.PROBLEM,
                lost ? LOST : UNREADABLE,
                "store",
                new Finding.Place("", 0, QubesConfig.STORE),
                SafeText.of(String.valueOf(reason.getMessage())),
                "'qubes-store repair' makes another one from the newest sound copy of it and the directories");
        return new Examination(false, List.of(finding), List.of(), Set.of(), List.of());
    }

    private StoreCopies generations() {
        return new StoreCopies(place.config(), place.pools());
    }

    private Memory memory() {
        Optional<StoreCopies.Sound> newest = generations().newestSound();
        return newest.isEmpty()
                ? Memory.NONE
                : new Memory(newest.get().copy().name(), newest.get().store().vms());
    }

    private List<DomainSnapshot> domains(List<String> notSeen) {
        if (place.vmm().isOffline()) {
            return List.of();
        }
        try {
            return place.vmm().domains();
        } catch (QubesException e) {
            if (e.kind() != ErrorKind.VMM_UNREACHABLE) {
                throw e;
            }
            notSeen.add(e.getMessage() + "; the definitions of the running system were not looked at");
            return List.of();
        }
    }

    /** What the mendings change in the store and on disk, as the outcome of an edit that is not made. */
    public EditOutcome preview(List<Mending> mendings) {
        return qubes.edit(List.of(change(mendings)), true);
    }

    /**
     * Finishes or undoes an interrupted edit, as every edit does first.
     *
     * @return what was done
     */
    public List<String> settle() {
        return qubes.edit(List.of(NOTHING), false).warnings();
    }

    /**
     * Makes these changes: those of the store and of links in one edit, or none of them; then modes and groups, each for
     * itself.
     *
     * @throws QubesException WRONG_STATE if the store is another one than was examined
     */
    public Repaired mend(List<Mending> mendings) {
        MendStore change = change(mendings);
        boolean any = !change.equals(NOTHING);
        Optional<EditOutcome> edit = any ? Optional.of(qubes.edit(List.of(change), false)) : Optional.empty();
        List<String> failed = new ArrayList<>();
        for (Mending mending : mendings) {
            for (AccessEdit access : mending.access()) {
                try {
                    access.perform(place.config().real(access.path()), place.layer());
                } catch (IOException e) {
                    failed.add("cannot " + access.describe() + ": " + IoReason.of(e));
                }
            }
        }
        return new Repaired(edit, failed);
    }

    private static MendStore change(List<Mending> mendings) {
        List<TextEdit> texts = new ArrayList<>();
        List<LinkEdit> links = new ArrayList<>();
        List<SecondDom0Removal> removals = new ArrayList<>();
        for (Mending mending : mendings) {
            texts.addAll(mending.texts());
            links.addAll(mending.links());
            removals.addAll(mending.removals());
        }
        return new MendStore(texts, links, removals);
    }

    /** The store that can be made in the place of one that is lost; nothing is done. */
    public Rebuild planRebuild() {
        Pools pools = place.pools();
        return Rebuild.of(generations().newestSound(), place.config(), pools);
    }

    /**
     * Puts the rebuilt store in place. What is there is kept beside the generations.
     *
     * @return what was done, one clause each
     * @throws QubesException WRONG_STATE if there is a store meanwhile that can be read
     */
    public List<String> rebuild(Rebuild rebuilt) {
        return StoreRebuild.install(qubes, place, rebuilt.store());
    }
}
