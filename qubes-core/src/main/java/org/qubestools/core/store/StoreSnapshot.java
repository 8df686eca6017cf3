package org.qubestools.core.store;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.VmCollection;

/** The content of a store at one moment; immutable. */
public final class StoreSnapshot {
    private final StoreDocument document;
    private final byte[] bytes;
    private final Pools pools;
    private final VmCollection vms;
    private @Nullable List<Problem> problems;

    private StoreSnapshot(StoreDocument document, VmCollection vms, byte[] bytes, Pools pools) {
        this.document = document;
        this.vms = vms;
        this.bytes = bytes;
        this.pools = pools;
    }

    /**
     * Takes over {@code bytes}.
     *
     * @param shown the path for messages
     * @throws org.qubestools.core.error.QubesException STORE_CORRUPT if the whole file cannot be used
     */
    public static StoreSnapshot parse(String shown, byte[] bytes, Pools pools) {
        StoreDocument document = QubesXmlReader.read(shown, bytes);
        return new StoreSnapshot(document, document.vms(), bytes, pools);
    }

    public VmCollection vms() {
        return vms;
    }

    /** What stands among the VMs and is none. */
    public List<UnknownElement> unknown() {
        return document.unknown();
    }

    /** This store as it is while a change is planned, with these VMs; its bytes and problems stay those of the file. */
    public StoreSnapshot planned(VmCollection changed) {
        StoreSnapshot planned = new StoreSnapshot(document, changed, bytes, pools);
        planned.problems = problems;
        return planned;
    }

    public Pools pools() {
        return pools;
    }

    /** Everything that is wrong with single VMs, globals and unknown elements; looked for at the first call. */
    public List<Problem> problems() {
        if (problems == null) {
            problems = ProblemFinder.find(document, pools);
        }
        return problems;
    }

    /**
     * The bytes of this store with its VMs and globals changed to {@code after}; what did not change is untouched.
     * They are read again and compared before they are given out.
     */
    public byte[] withChanges(VmCollection after) {
        if (StoreDifference.between(document.vms(), after).isEmpty()) {
            return bytes.clone();
        }
        byte[] changed = QubesXmlWriter.write(document, after);
        VmCollection read = readBack(changed);
        if (!isSame(read, after)) {
            throw new IllegalStateException("the store would not read back as it was meant; nothing was saved");
        }
        return changed;
    }

    /** The characters of the file, for tests. */
    String text() {
        return document.text().characters();
    }

    private VmCollection readBack(byte[] changed) {
        try {
            return QubesXmlReader.read(document.text().path(), changed).vms();
        } catch (QubesException e) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "the change cannot be stored, the result would be refused: " + e.getMessage(),
                    "nothing was changed; give a shorter value",
                    e);
        }
    }

    /** The bytes of the file. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public boolean isContent(byte[] other) {
        return Arrays.equals(bytes, other);
    }

    private static boolean isSame(VmCollection read, VmCollection meant) {
        List<QubesVm> one = read.byQidOrder();
        List<QubesVm> two = meant.byQidOrder();
        boolean same = one.size() == two.size() && isSameSet(read.rootAttributes(), meant.rootAttributes());
        for (int i = 0; same && i < one.size(); i++) {
            same = one.get(i).vmClass() == two.get(i).vmClass()
                    && isSameSet(one.get(i).attributes(), two.get(i).attributes());
        }
        return same;
    }

    private static boolean isSameSet(AttributeMap one, AttributeMap two) {
        return one.equals(two) || one.sorted().equals(two.sorted());
    }
}
