package org.qubestools.qubesdb.daemon;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Who watches what, as often as they asked for it. A change finds those it concerns without a look at the others.
 *
 * @param <C> the clients
 */
final class WatchTable<C> {
    private final Map<String, Map<C, Integer>> byPath = new HashMap<>();
    private final Map<C, Set<String>> byClient = new HashMap<>();

    /** One more registration. */
    void add(C client, String path) {
        byPath.computeIfAbsent(path, same -> new LinkedHashMap<>()).merge(client, 1, Integer::sum);
        byClient.computeIfAbsent(client, same -> new HashSet<>()).add(path);
    }

    /** One registration less; false if this client has none with this path. */
    boolean remove(C client, String path) {
        Map<C, Integer> clients = byPath.getOrDefault(path, Map.of());
        Integer times = clients.get(client);
        if (times == null) {
            return false;
        }
        if (times > 1) {
            clients.put(client, times - 1);
            return true;
        }
        forget(client, path);
        Set<String> paths = byClient.getOrDefault(client, Set.of());
        paths.remove(path);
        if (paths.isEmpty()) {
            byClient.remove(client);
        }
        return true;
    }

    /** All registrations of a client. */
    void removeAll(C client) {
        Set<String> paths = byClient.remove(client);
        if (paths != null) {
            paths.forEach(path -> forget(client, path));
        }
    }

    private void forget(C client, String path) {
        byPath.computeIfPresent(path, (same, clients) -> {
            clients.remove(client);
            return clients.isEmpty() ? null : clients;
        });
    }

    /**
     * How many registrations of whom a change concerns: those of the path itself, and those of the directories it is in,
     * which end with a slash.
     */
    Map<C, Integer> concerned(String changed) {
        Map<C, Integer> found = new LinkedHashMap<>();
        if (byPath.isEmpty()) {
            return found;
        }
        for (int slash = changed.indexOf('/'); slash >= 0; slash = changed.indexOf('/', slash + 1)) {
            collect(changed.substring(0, slash + 1), found);
        }
        if (!changed.endsWith("/")) {
            collect(changed, found);
        }
        return found;
    }

    private void collect(String path, Map<C, Integer> found) {
        byPath.getOrDefault(path, Map.of()).forEach((client, times) -> found.merge(client, times, Integer::sum));
    }
}
