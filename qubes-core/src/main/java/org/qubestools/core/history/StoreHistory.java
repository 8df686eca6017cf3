package org.qubestools.core.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.TempName;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.store.StoreSnapshot;

/**
 * Writes the history: what the store was before each save, who changed it and what.
 *
 * <p>Under the lock of the store: {@link #begin} before the new store gets its name, then {@link #finish} or {@link
 * #abandon}. Nothing of this fails: what cannot be written is a warning. A process that is killed between leaves a
 * generation whose change did not happen; the next save finds that the store is still what it was and takes its place.
 */
public final class StoreHistory {
    private static final int MODE = 0660;
    private static final int DIRECTORY_MODE = 02770;

    /**
     * What the history is written with.
     *
     * @param directory where it is; made when it is missing
     * @param store the file whose content it keeps
     */
    public record Place(Path directory, Path store, FileLayer layer, Ownership ownership, Pools pools, Clock clock) {}

    private final GenerationFiles files;
    private final Place place;
    private final HistoryLimits limits;
    private final Author author;
    private final List<String> warnings;
    private int number;
    private byte @Nullable [] content;

    /** The history of one edit, by {@code author}; it adds what went wrong to {@code warnings}. */
    public StoreHistory(Place place, HistoryLimits limits, Author author, List<String> warnings) {
        this.files = new GenerationFiles(place.directory(), place.store());
        this.place = place;
        this.limits = limits;
        this.author = author;
        this.warnings = warnings;
    }

    /** Keeps what the store is, durably, before a change that makes {@code after} of it. */
    public void begin(byte[] before, byte[] after, StoreDifference difference) {
        if (limits.number() == 0) {
            return;
        }
        try {
            makeDirectory();
            int next = nextAfterForeign(before);
            number = next;
            keepStore(before, files.store(next));
            write(new Generation(
                    next,
                    place.clock().instant().getEpochSecond(),
                    author,
                    false,
                    ContentMark.of(before),
                    ContentMark.of(after),
                    Generation.globalsOf(difference),
                    Generation.vmsOf(difference)));
            place.layer().sync(files.record(next));
            place.layer().sync(files.directory());
            content = after;
        } catch (IOException e) {
            warn("this change is not in the history", e);
            if (number > 0) {
                takeBack();
            }
        }
    }

    /** Nobody finds it before it is complete. */
    private void makeDirectory() throws IOException {
        Path directory = files.directory();
        if (Files.exists(directory)) {
            return;
        }
        TempName.clearStale(place.layer(), directory);
        Path fresh = TempName.beside(directory);
        place.layer().createDirectory(fresh);
        try {
            place.ownership().giveTo(place.layer(), fresh);
            place.layer().setMode(fresh, DIRECTORY_MODE);
            place.layer().rename(fresh, directory);
        } catch (IOException e) {
            place.layer().delete(fresh);
            throw e;
        }
    }

    /** The number of the change that comes now, when what somebody else changed before it has got its own. */
    private int nextAfterForeign(byte[] before) throws IOException {
        String mark = ContentMark.of(before);
        List<Integer> numbers = files.numbers();
        for (int i = numbers.size() - 1; i >= 0; i--) {
            int last = numbers.get(i);
            Generation latest = files.read(last);
            if (latest != null && latest.after().equals(mark)) {
                return last + 1;
            }
            if (!files.isUnfinished(last, () -> before)) {
                if (latest != null) {
                    return keepForeign(latest, before) + 1;
                }
                completeForeign(last, before);
                return last + 1;
            }
            deleteUnmade(last);
        }
        return 1;
    }

    /** Records what was done since {@code latest}; its number. */
    private int keepForeign(Generation latest, byte[] now) throws IOException {
        int foreign = latest.number() + 1;
        byte[] saved = files.saved(latest);
        if (saved != null) {
            place.layer().rename(files.saved(), files.store(foreign));
            place.layer().sync(files.store(foreign));
        }
        record(foreign, latest.after(), saved, now);
        return foreign;
    }

    /** A generation without a record, as a kill leaves, gets one; not if its content is damaged too. */
    private void completeForeign(int number, byte[] now) throws IOException {
        byte[] content = GenerationFiles.content(files.store(number));
        if (content != null) {
            record(number, ContentMark.of(content), content, now);
        }
    }

    private void record(int foreign, String mark, byte @Nullable [] content, byte[] now) throws IOException {
        StoreDifference difference = difference(content, now);
        write(new Generation(
                foreign,
                place.clock().instant().getEpochSecond(),
                Author.UNKNOWN,
                true,
                mark,
                ContentMark.of(now),
                Generation.globalsOf(difference),
                Generation.vmsOf(difference)));
        place.layer().sync(files.record(foreign));
    }

    private StoreDifference difference(byte @Nullable [] before, byte[] after) {
        if (before == null) {
            return StoreDifference.NONE;
        }
        try {
            return StoreDifference.ofDocuments(
                    StoreSnapshot.parse("before", before, place.pools()).vms(),
                    StoreSnapshot.parse("after", after, place.pools()).vms());
        } catch (QubesException e) {
            return StoreDifference.NONE; // one of them is no store; the bytes are kept all the same
        }
    }

    private void keepStore(byte[] before, Path copy) throws IOException {
        remove(copy);
        try {
            place.layer().hardLink(place.store().toRealPath(), copy);
        } catch (IOException | UnsupportedOperationException e) {
            place.layer().writeFile(copy, before); // a file system without links, or one that has no more
            open(copy);
            place.layer().sync(copy);
        }
    }

    private void write(Generation generation) throws IOException {
        Path file = files.record(generation.number());
        remove(file);
        place.layer().writeFile(file, generation.json().getBytes(StandardCharsets.US_ASCII));
        open(file);
    }

    private void open(Path file) throws IOException {
        place.ownership().giveTo(place.layer(), file);
        place.layer().setMode(file, MODE);
    }

    /** The change is saved: notes what was saved, by which the next save sees a foreign change, and prunes. */
    public void finish() {
        byte[] saved = content;
        if (saved == null) {
            return;
        }
        content = null;
        try {
            prune(); // first, as it makes room
            remove(files.saved());
            place.layer().writeFile(files.saved(), saved);
            open(files.saved());
        } catch (IOException e) {
            warn("the history is not complete", e);
        }
    }

    /** The change was not saved. */
    public void abandon() {
        if (content != null) {
            content = null;
            takeBack();
        }
    }

    /** What cannot be removed now is known by the next save and by readers as a change that did not happen. */
    private void takeBack() {
        try {
            deleteUnmade(number);
        } catch (IOException e) {
            warn("change " + number + " of the history cannot be removed", e);
        }
    }

    private void prune() throws IOException {
        List<Integer> numbers = files.numbers();
        Instant oldest =
                limits.days() == 0 ? Instant.MIN : place.clock().instant().minus(limits.days(), ChronoUnit.DAYS);
        for (int i = 0; i < numbers.size() - 1; i++) {
            boolean tooMany = numbers.size() - i > limits.number();
            if (!tooMany && !isOlder(numbers.get(i), oldest)) {
                return;
            }
            remove(files.store(numbers.get(i)));
            remove(files.record(numbers.get(i)));
        }
    }

    private boolean isOlder(int ofNumber, Instant than) {
        Generation generation = than.equals(Instant.MIN) ? null : files.read(ofNumber);
        return generation != null && generation.time() < than.getEpochSecond();
    }

    /** The record first: without it nothing is told of a change that did not happen. */
    private void deleteUnmade(int ofNumber) throws IOException {
        remove(files.record(ofNumber));
        remove(files.store(ofNumber));
    }

    private void remove(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            place.layer().delete(file);
        }
    }

    private void warn(String what, IOException cause) {
        warnings.add(what + ": " + files.directory() + ": " + IoReason.of(cause));
    }
}
