package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.common.PostgresConnections;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Reads one database. */
final class PostgresSource implements Source {
    static final String APPLICATION_NAME = "millrace source";

    private static final int OLDEST_VERSION = 100_000;

    /** An interrupt is answered within two seconds. */
    private static final Duration STOP_LIMIT = Duration.ofMillis(1500);

    private final PostgresConnections connections;
    private final ReadSettings settings;
    private Optional<Session> spare = Optional.empty();

    PostgresSource(PostgresConnections connections, ReadSettings settings) {
        this.connections = connections;
        this.settings = settings;
    }

    @Override
    public void check() {
        try (Connection connection = open()) {
            Set<String> existing = Catalog.existingSchemas(connection, settings.schemas());
            for (String schema : settings.schemas()) {
                if (!existing.contains(schema)) {
                    throw new ConfigurationFailure(
                            "%s has no schema %s. Check the option schemas; case matters."
                                    .formatted(connections.endpoint().address(), schema));
                }
            }
            if (Catalog.list(connection, settings.schemas()).isEmpty()) {
                throw new ConfigurationFailure(
                        ("User %s may read nothing in %s of %s. Grant USAGE on the schema and"
                                        + " SELECT on its tables.")
                                .formatted(
                                        connections.endpoint().username(),
                                        String.join(", ", settings.schemas()),
                                        connections.endpoint().address()));
            }
        } catch (SQLException failure) {
            throw connections.failure(failure, "looking at the tables");
        }
    }

    @Override
    public List<StreamDescription> discover() {
        try {
            Connection connection = open();
            try {
                List<StreamDescription> streams =
                        Catalog.list(connection, settings.schemas()).stream()
                                .map(this::describe)
                                .toList();
                keep(new Session(connection));
                return streams;
            } catch (SQLException | RuntimeException failure) {
                connection.close();
                throw failure;
            }
        } catch (SQLException failure) {
            throw connections.failure(failure, "listing the tables");
        }
    }

    private Connection open() throws SQLException {
        Connection connection = connections.open();
        int version = PostgresConnections.serverVersion(connection);
        if (version < OLDEST_VERSION) {
            connection.close();
            throw new ConfigurationFailure(
                    "%s runs PostgreSQL %d; 10 is the oldest that can be read."
                            .formatted(connections.endpoint().address(), version / 10_000));
        }
        return connection;
    }

    /** A read mostly follows at once; logging in again costs more than the rest of a small one. */
    private void keep(Session session) throws SQLException {
        Optional<Session> replaced;
        synchronized (this) {
            replaced = spare;
            spare = Optional.of(session);
        }
        if (replaced.isPresent()) {
            replaced.get().close();
        }
    }

    /** The session that was kept, if it still works. */
    private Optional<Session> takeSpare() {
        Optional<Session> kept;
        synchronized (this) {
            kept = spare;
            spare = Optional.empty();
        }
        return kept.filter(Session::works);
    }

    private StreamDescription describe(Relation relation) {
        boolean comparable =
                relation.columns().stream().anyMatch(column -> column.type().comparable());
        boolean incremental = settings.xmin() ? relation.hasTransactions() : comparable;
        return new StreamDescription(
                relation.stream(),
                relation.streamSchema(),
                relation.primaryKey().stream().map(List::of).toList(),
                List.of(),
                settings.xmin() && incremental,
                incremental,
                relation.kind() != 'v' && relation.kind() != 'f',
                !settings.xmin(),
                Optional.empty());
    }

    @Override
    public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
        try (var sessions = new Sessions(connections, takeSpare())) {
            var pool = new ReaderPool(sessions, settings, plan.memory().limit());
            var queue = new ConcurrentLinkedQueue<>(plan.streams());
            List<Thread> workers = new ArrayList<>();
            int count = Math.min(pool.size(), plan.streams().size());
            for (int i = 0; i < count && pool.tryStart(); i++) {
                workers.add(
                        Thread.ofPlatform()
                                .daemon()
                                .name("postgres-reader-" + i)
                                .start(() -> {
                                    try {
                                        work(queue, output, pool);
                                    } finally {
                                        pool.ended();
                                    }
                                }));
            }
            try {
                for (Thread worker : workers) {
                    worker.join();
                }
            } catch (InterruptedException interruption) {
                queue.clear();
                stop(sessions, workers);
                throw interruption;
            }
        }
    }

    private static void stop(Sessions sessions, List<Thread> workers) throws InterruptedException {
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        // Cancelling needs a connection of its own, which a dead network would delay.
        Thread canceller = Thread.ofVirtual().start(sessions::stop);
        workers.forEach(Thread::interrupt);
        for (Thread worker : workers) {
            worker.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        }
        sessions.abort();
        canceller.interrupt();
        for (Thread worker : workers) {
            worker.join(Duration.ofMillis(300));
        }
    }

    private void work(
            ConcurrentLinkedQueue<StreamRequest> queue, SourceOutput output, ReaderPool pool) {
        try {
            for (StreamRequest request = queue.poll(); request != null; request = queue.poll()) {
                readStream(request, output, pool);
            }
        } catch (InterruptedException _) {
            // read() was interrupted, and tells its caller so.
            Thread.currentThread().interrupt();
        }
    }

    private void readStream(StreamRequest request, SourceOutput output, ReaderPool pool)
            throws InterruptedException {
        Optional<SyncFailure> failure = Optional.empty();
        Sessions sessions = pool.sessions();
        Optional<Session> session = Optional.empty();
        boolean usable = false;
        try {
            session = Optional.of(sessions.take());
            new StreamReader(request, output, pool).read(session.get());
            usable = true;
        } catch (SQLException thrown) {
            failure = Optional.of(connections.failure(thrown, "reading " + request.name()));
        } catch (SyncFailure thrown) {
            failure = Optional.of(thrown);
        } catch (RuntimeException thrown) {
            failure =
                    Optional.of(
                            new SystemFailure(
                                    ("Reading %s failed inside of Millrace. Please report it"
                                                    + " with the log.")
                                            .formatted(request.name()),
                                    String.valueOf(thrown),
                                    thrown));
        } finally {
            if (session.isPresent()) {
                if (usable) {
                    sessions.give(session.get());
                } else {
                    sessions.drop(session.get());
                }
            }
        }
        if (failure.isPresent()) {
            if (sessions.stopping()) {
                throw new InterruptedException("the read is being stopped");
            }
            output.stream(request.name()).incomplete(failure.get());
        }
    }

    @Override
    public void close() {
        Optional<Session> kept = takeSpare();
        if (kept.isPresent()) {
            try {
                kept.get().close();
            } catch (SQLException _) {
                // Nothing was under way on it.
            }
        }
        connections.close();
    }
}
