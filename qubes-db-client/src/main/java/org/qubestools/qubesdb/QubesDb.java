package org.qubestools.qubesdb;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The database of one domain. Keys are paths, values bytes; nothing outlives the daemon that has them. A missing key is
 * an empty answer, never an exception; a missing daemon is always a {@link QubesDbDisconnectedException}. Safe for several
 * threads. All methods but {@link #refresh} and {@link #close} throw
 *
 * <ul>
 *   <li>{@link QubesDbDisconnectedException} if there is no daemon, or it went away
 *   <li>{@link QubesDbRefusedException} if the daemon allows no such path or value
 *   <li>{@link QubesDbProtocolException} if the daemon sent what is no answer
 *   <li>{@link QubesDbTimeoutException} if it did not answer in time
 *   <li>{@link QubesDbOfflineException} in offline mode
 *   <li>{@link QubesDbArgumentException} for a path or value that no daemon takes, before anything is sent
 *   <li>IllegalStateException after {@link #close}
 *   <li>InterruptedException, only from waiting: the command itself may be carried out all the same
 * </ul>
 */
public interface QubesDb extends AutoCloseable {
    /** Value of a key, or empty. */
    Optional<UntrustedValue> read(QubesDbPath key) throws QubesDbException, InterruptedException;

    /** Values of several keys, in the order asked for, without those that are missing; in one go. */
    Map<QubesDbPath, UntrustedValue> readEach(List<QubesDbPath> keys) throws QubesDbException, InterruptedException;

    /** Keys and values below a directory, which may be given without its slash. */
    SortedMap<QubesDbPath, UntrustedValue> readDirectory(QubesDbPath directory)
            throws QubesDbException, InterruptedException;

    /** All keys and values. */
    SortedMap<QubesDbPath, UntrustedValue> readAll() throws QubesDbException, InterruptedException;

    /** Keys below a directory, which may be given without its slash. */
    List<QubesDbPath> listDirectory(QubesDbPath directory) throws QubesDbException, InterruptedException;

    /** Keys that begin with this text, as the protocol has it: of {@code /a/b} also {@code /a/bc}; of "" all. */
    List<QubesDbPath> listPrefix(String prefix) throws QubesDbException, InterruptedException;

    /**
     * Creates or replaces a key; seen by all once this returns.
     *
     * @param value at most 3071 bytes, no NUL; stays the caller's
     */
    void write(QubesDbPath key, byte[] value) throws QubesDbException, InterruptedException;

    /** As UTF-8; see {@link #write(QubesDbPath, byte[])}. */
    void write(QubesDbPath key, String value) throws QubesDbException, InterruptedException;

    /** Removes a key; false if it was not there. */
    boolean remove(QubesDbPath key) throws QubesDbException, InterruptedException;

    /** Removes all keys below a directory, which may be given without its slash; false if there were none. */
    boolean removeDirectory(QubesDbPath directory) throws QubesDbException, InterruptedException;

    /** Removes every key, one by one: daemons of R3 die of a request to remove the root. */
    void clear() throws QubesDbException, InterruptedException;

    /**
     * Tells of changes until the watch is closed, also of a daemon that takes the place of this one. A key: changes of
     * exactly that, but not that its directory was removed. A directory (with its slash): changes of everything below.
     */
    Watch watch(QubesDbPath path, WatchListener listener) throws QubesDbException, InterruptedException;

    /** The same as a sequence that can be waited for; of several paths, at least one, in the order of the changes. */
    WatchStream watch(List<QubesDbPath> paths) throws QubesDbException, InterruptedException;

    /** Drops the connection, if there is one: the next command makes a new one. Cheap, in any state. */
    void refresh();

    /** Ends all watches and fails what is waited for. Closing twice is safe. */
    @Override
    void close();
}
