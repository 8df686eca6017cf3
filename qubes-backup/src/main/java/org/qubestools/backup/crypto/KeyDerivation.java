package org.qubestools.backup.crypto;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * Key derivations within limits: so much work each, so much memory all together. Memory is kept from one to the next,
 * and wiped by {@link #close}, also more than once. Safe for several threads.
 */
public final class KeyDerivation implements AutoCloseable {
    /** Limit of r * p: 256 MiB in blocks of 128 bytes. */
    private static final long MAX_BLOCKS = 1 << 21;

    private final ScryptLimits limits;
    private final Deque<ScryptMemory> idle = new ArrayDeque<>();
    /** Bytes of all memory there is, idle or in use. */
    private long taken;

    public KeyDerivation(ScryptLimits limits) {
        this.limits = limits;
    }

    /** How many derivations of this cost there is memory for; 0 if it is beyond the limits. */
    public int atOnce(ScryptCost cost) {
        return limits.allow(cost) ? Math.toIntExact(Math.min(Integer.MAX_VALUE, limits.memory() / cost.memory())) : 0;
    }

    /**
     * A key of {@code length} bytes by scrypt, which the caller wipes; waits for memory. Arguments stay the caller's.
     *
     * @throws QubesException CORRUPT_BACKUP if the cost is beyond the limits; CANCELLED if the thread is interrupted
     */
    byte[] derive(ScryptCost cost, byte[] secret, byte[] salt, int length) {
        limits.check(cost);
        requireComputable(cost);
        ScryptMemory memory = memory(cost);
        try {
            return memory.derive(secret, salt, length);
        } finally {
            giveBack(memory);
        }
    }

    /** Scrypt itself forbids some costs, others do not fit into what a computer counts with. */
    private static void requireComputable(ScryptCost cost) {
        boolean allowed = cost.log2N() < 16L * cost.r() && (long) cost.r() * cost.p() < MAX_BLOCKS;
        if (!allowed) {
            throw new QubesException(
                    ErrorKind.CORRUPT_BACKUP,
                    "the key derivation of this archive (" + cost + ") is one that cannot be computed",
                    "no program that makes backups chooses such a cost");
        }
    }

    private ScryptMemory memory(ScryptCost cost) {
        ScryptMemory kept = reserve(cost);
        if (kept != null) {
            return kept;
        }
        ScryptMemory made = null;
        try {
            made = new ScryptMemory(cost);
            return made;
        } finally {
            if (made == null) {
                release(cost);
            }
        }
    }

    /** Memory that is there, or null when there is room for new. */
    private synchronized @Nullable ScryptMemory reserve(ScryptCost cost) {
        while (true) {
            for (ScryptMemory memory : idle) {
                if (memory.cost().equals(cost)) {
                    idle.remove(memory);
                    return memory;
                }
            }
            while (!idle.isEmpty() && taken + cost.memory() > limits.memory()) {
                drop(idle.removeFirst());
            }
            if (taken + cost.memory() <= limits.memory()) {
                taken += cost.memory();
                return null;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new QubesException(ErrorKind.CANCELLED, "interrupted", null, e);
            }
        }
    }

    private synchronized void release(ScryptCost cost) {
        taken -= cost.memory();
        notifyAll();
    }

    private synchronized void giveBack(ScryptMemory memory) {
        idle.addFirst(memory);
        notifyAll();
    }

    private void drop(ScryptMemory memory) {
        memory.close();
        taken -= memory.cost().memory();
    }

    /** Wipes and lets go of the memory that no derivation uses now; new ones are possible. */
    @Override
    public synchronized void close() {
        while (!idle.isEmpty()) {
            drop(idle.removeFirst());
        }
    }
}
