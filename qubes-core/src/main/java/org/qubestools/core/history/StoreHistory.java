package org.qubestools.core.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.FlatJson;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.store.StoreFile;
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
    private final Consumer<String> warnings;
    private int number;
    private byte @Nullable [] content;

    /** The history of one edit, by {@code author}. */
    public StoreHistory(Place place, HistoryLimits limits, Author author, Consumer<String> warnings) {
        this.files = new GenerationFiles(place.directory());
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
            content = after;
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
        } catch (IOException e) {
            warn("this change is not in the history", e);
            abandon();
        }
    }

    private void makeDirectory() throws IOException {
        Path directory = files.directory();
        if (!Files.exists(directory)) {
            place.layer().createDirectory(directory);
            place.ownership().giveTo(place.layer(), directory);
            place.layer().setMode(directory, DIRECTORY_MODE);
        }
    }

    /** The number of the change that comes now, when what somebody else changed before it has got its own. */
    private int nextAfterForeign(byte[] before) throws IOException {
        List<Integer> numbers = files.numbers();
        if (numbers.isEmpty()) {
            return 1;
        }
        int last = numbers.get(numbers.size() - 1);
        Generation latest = readRecord(last);
        if (latest == null) {
            return last + 1;
        }
        String mark = ContentMark.of(before);
        if (latest.after().equals(mark)) {
            return last + 1;
        }
        byte[] saved = lastSaved(latest);
        if (saved == null && latest.before().equals(mark) && !latest.foreign()) {
            delete(last); // the process was killed before its save
            return last;
        }
        keepForeign(last + 1, latest, saved, before);
        return last + 2;
    }

    private @Nullable Generation readRecord(int ofNumber) {
        try {
            return files.read(ofNumber);
        } catch (IOException | FlatJson.Malformed e) {
            return null; // cut off by a power failure, or by somebody: the numbers go on behind it
        }
    }

    private byte @Nullable [] lastSaved(Generation latest) {
        try {
            byte[] saved = StoreFile.readCopy(files.saved());
            return ContentMark.of(saved).equals(latest.after()) ? saved : null;
        } catch (QubesException e) {
            return null; // it is not durable, so it may be gone
        }
    }

    private void keepForeign(int asNumber, Generation latest, byte @Nullable [] saved, byte[] now) throws IOException {
        StoreDifference difference = difference(saved, now);
        if (saved != null) {
            place.layer().rename(files.saved(), files.store(asNumber));
            place.layer().sync(files.store(asNumber));
        }
        write(new Generation(
                asNumber,
                place.clock().instant().getEpochSecond(),
                Author.UNKNOWN,
                true,
                latest.after(),
                ContentMark.of(now),
                Generation.globalsOf(difference),
                Generation.vmsOf(difference)));
        place.layer().sync(files.record(asNumber));
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
        Files.deleteIfExists(copy);
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
        Files.deleteIfExists(file);
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
            Files.deleteIfExists(files.saved());
            place.layer().writeFile(files.saved(), saved);
            open(files.saved());
            prune();
        } catch (IOException e) {
            warn("the history is not complete", e);
        }
    }

    /** The change was not saved. */
    public void abandon() {
        content = null;
        if (number > 0) {
            try {
                delete(number);
            } catch (IOException e) {
                warn("generation " + number + " of the history is of a change that was not made", e);
            }
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
            delete(numbers.get(i));
        }
    }

    private boolean isOlder(int ofNumber, Instant than) {
        Generation generation = than.equals(Instant.MIN) ? null : readRecord(ofNumber);
        return generation != null && generation.time() < than.getEpochSecond();
    }

    private void delete(int ofNumber) throws IOException {
        for (Path file : List.of(files.store(ofNumber), files.record(ofNumber))) {
            if (Files.exists(file)) {
                place.layer().delete(file);
            }
        }
    }

    private void warn(String what, IOException cause) {
        warnings.accept(what + ": " + files.directory() + ": " + IoReason.of(cause));
    }
}
