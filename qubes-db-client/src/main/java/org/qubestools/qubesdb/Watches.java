package org.qubestools.qubesdb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The watches of a client, which outlive its connections. Nothing here waits. */
final class Watches {
    private final List<Registration> registrations = new ArrayList<>();
    private boolean closed;

    synchronized boolean isEmpty() {
        return registrations.isEmpty();
    }

    /** Adds a watch that the daemon has; false if the client was closed meanwhile. */
    synchronized boolean add(Registration registration) {
        return !closed && registrations.add(registration);
    }

    synchronized void remove(Registration registration) {
        registrations.remove(registration);
    }

    /** The requests for all of them on this connection, in their order. */
    synchronized List<Call> requests(Connection connection) {
        List<Call> requests = new ArrayList<>(registrations.size());
        for (Registration registration : registrations) {
            requests.add(request(connection, registration));
        }
        return requests;
    }

    /** The request for a watch; if it is closed by the time that the daemon has it, the daemon is told to forget it. */
    static Call request(Connection connection, Registration registration) {
        return new Call(Message.of(MessageType.WATCH, registration.path().text()), () -> {
            connection.router().add(registration);
            if (registration.isClosed()) {
                unwatch(connection, registration);
            }
        });
    }

    /** Tells the daemon to forget a watch, if it has it and was not told before; does not wait for the answer. */
    static void unwatch(Connection connection, Registration registration) {
        if (!connection.router().leave(registration)) {
            return;
        }
        Message request = Message.of(MessageType.UNWATCH, registration.path().text());
        Call call = new Call(request, () -> connection.router().remove(registration));
        try {
            connection.send(List.of(call));
        } catch (QubesDbDisconnectedException e) {
            // The watch ended with the connection.
        }
    }

    /** One notice for each target, however many watches it has. */
    synchronized void resynchronise() {
        for (Map.Entry<WatchTarget, List<Registration>> entry : byTarget().entrySet()) {
            entry.getKey().resynchronise(entry.getValue());
        }
    }

    /** Ends them all; none can be added any more. */
    synchronized void close() {
        closed = true;
        for (WatchTarget target : byTarget().keySet()) {
            target.end();
        }
        registrations.clear();
    }

    private Map<WatchTarget, List<Registration>> byTarget() {
        Map<WatchTarget, List<Registration>> targets = new LinkedHashMap<>();
        for (Registration registration : registrations) {
            targets.computeIfAbsent(registration.target(), target -> new ArrayList<>())
                    .add(registration);
        }
        return targets;
    }
}
