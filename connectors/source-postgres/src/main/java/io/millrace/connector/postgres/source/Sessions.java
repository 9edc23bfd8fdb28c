package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.common.PostgresConnections;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The sessions of one read; opened when needed, used again. Safe for all threads. */
final class Sessions implements AutoCloseable {
    private final PostgresConnections connections;
    private final Deque<Session> idle = new ArrayDeque<>();
    private final List<Session> all = new ArrayList<>();
    private boolean stopping;

    Sessions(PostgresConnections connections) {
        this.connections = connections;
    }

    /**
     * The sessions of one read.
     *
     * @param spare a session that is open already; it is this object's from now on
     */
    Sessions(PostgresConnections connections, Optional<Session> spare) {
        this(connections);
        spare.ifPresent(session -> {
            all.add(session);
            idle.push(session);
        });
    }

    /** A session without a transaction; the caller gives it back or drops it. */
    Session take() throws SQLException, InterruptedException {
        synchronized (this) {
            checkGoingOn();
            Session recycled = idle.poll();
            if (recycled != null) {
                return recycled;
            }
        }
        var session = new Session(connections.open());
        synchronized (this) {
            all.add(session);
            if (stopping) {
                session.abort();
            }
            checkGoingOn();
        }
        return session;
    }

    private void checkGoingOn() throws InterruptedException {
        if (stopping) {
            throw new InterruptedException("the read is being stopped");
        }
    }

    /** Whether {@link #stop} was called: what fails now fails because of it. */
    synchronized boolean stopping() {
        return stopping;
    }

    synchronized void give(Session session) {
        idle.push(session);
    }

    /** Closes a session that can't be used again. */
    void drop(Session session) {
        synchronized (this) {
            all.remove(session);
        }
        try {
            session.close();
        } catch (SQLException _) {
            // It was broken already; the failure that broke it is what is reported.
        }
    }

    /** Interrupts what all sessions do. */
    void stop() {
        for (Session session : beginStopping()) {
            try {
                session.cancel();
            } catch (SQLException _) {
                // The server is gone, or takes no connection: abort() follows.
            }
        }
    }

    private synchronized List<Session> beginStopping() {
        stopping = true;
        return List.copyOf(all);
    }

    /** Cuts all connections. */
    void abort() {
        List<Session> sessions;
        synchronized (this) {
            sessions = List.copyOf(all);
        }
        for (Session session : sessions) {
            try {
                session.abort();
            } catch (SQLException _) {
                // Cut already.
            }
        }
    }

    @Override
    public void close() {
        List<Session> sessions;
        synchronized (this) {
            sessions = List.copyOf(all);
            all.clear();
            idle.clear();
        }
        for (Session session : sessions) {
            try {
                session.close();
            } catch (SQLException _) {
                // Everything that it was opened for has been read.
            }
        }
    }
}
