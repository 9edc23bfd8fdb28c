package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.BinaryCopyDecoder;
import io.millrace.connector.postgres.common.Identifiers;
import io.millrace.connector.postgres.common.PostgresConnections;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.schema.Column;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.postgresql.copy.CopyOut;

/** A PostgreSQL database to write to. Safe for all threads. */
final class PostgresDestination implements Destination {
    /** What {@code pg_stat_activity} shows, and by which our own server processes are known. */
    static final String APPLICATION = "millrace destination";

    private static final int FIRST_VERSION = 100_000;

    private final PostgresDestinationOptions options;
    private final PostgresConnections connections;
    private final String schema;
    private final CheckpointStore store;
    private final ArrayDeque<Backend> idle = new ArrayDeque<>();
    private final Set<String> schemas = new HashSet<>();
    private volatile int serverVersion;
    private boolean closed;

    PostgresDestination(PostgresDestinationOptions options) {
        this.options = options;
        this.connections = new PostgresConnections(options.endpoint(), APPLICATION);
        this.schema = Names.schema(options.schema());
        this.store = new CheckpointStore(schema);
    }

    /** A connection that nobody else uses. */
    Backend connect() {
        synchronized (this) {
            Backend free = idle.pollFirst();
            if (free != null) {
                return free;
            }
        }
        Backend backend = Backend.open(connections);
        if (backend.serverVersion() < FIRST_VERSION) {
            backend.close();
            throw new ConfigurationFailure(
                    "PostgreSQL at %s is too old; version 10 or newer is needed."
                            .formatted(connections.endpoint().address()));
        }
        serverVersion = backend.serverVersion();
        return backend;
    }

    /** Takes a connection back, whatever locks it holds; one is kept for the next use. */
    void release(Backend backend) {
        if (!backend.broken() && backend.free()) {
            synchronized (this) {
                if (!closed && idle.isEmpty()) {
                    idle.addFirst(backend);
                    return;
                }
            }
        }
        backend.close();
    }

    /** Something that needs a connection for a while. */
    @FunctionalInterface
    private interface Use<T> {
        T apply(Backend backend) throws InterruptedException;
    }

    private <T> T with(Use<T> use) throws InterruptedException {
        Backend backend = connect();
        try {
            return use.apply(backend);
        } finally {
            release(backend);
        }
    }

    @Override
    public void check() throws InterruptedException {
        with(backend -> {
            boolean there = Schemas.exists(backend, schema);
            var probe =
                    new TableName(
                            schema,
                            TableName.OWN_PREFIX
                                    + "check_"
                                    + UUID.randomUUID().toString().replace("-", ""));
            backend.execute("beginning a transaction", "BEGIN");
            try {
                if (!there) {
                    backend.execute(
                            "creating the schema " + schema,
                            "CREATE SCHEMA " + Identifiers.quote(schema));
                }
                Probe.run(backend, probe);
            } finally {
                backend.rollback();
            }
            return true;
        });
    }

    @Override
    public Set<SyncMode> supportedModes() {
        return EnumSet.allOf(SyncMode.class);
    }

    @Override
    public List<LandingPlan> plan(String pipeline, List<StreamTarget> targets)
            throws InterruptedException {
        Map<TableName, StreamTarget> tables = new HashMap<>();
        for (StreamTarget target : targets) {
            StreamTarget other = tables.put(table(target), target);
            if (other != null) {
                throw new ConfigurationFailure(
                        "The streams %s and %s would both land in %s. Give one another name by a namespace with ${SOURCE_NAMESPACE}, or leave one out."
                                .formatted(other.source(), target.source(), table(target)));
            }
        }
        return with(backend -> {
            boolean stored = store.exists(backend);
            List<LandingPlan> plans = new ArrayList<>();
            for (StreamTarget target : targets) {
                TableName table = table(target);
                var entries =
                        stored
                                ? store.concerning(backend, pipeline, target.source(), table)
                                : List.<CheckpointStore.Entry>of();
                plans.add(planner(backend, pipeline).prepare(target, table, entries).plan());
            }
            return plans;
        });
    }

    @Override
    public void fit(ColumnBatch landed) {
        // Plans come before batches, and so does the first connection.
        Fitter.fit(landed, serverVersion);
    }

    @Override
    public DestinationSession open(String pipeline) throws InterruptedException {
        Backend backend = connect();
        try {
            var lock = new PipelineLock(schema, pipeline, PipelineLock.PATIENCE);
            lock.acquire(backend);
            return new PostgresSession(this, pipeline, lock, store, backend);
        } catch (RuntimeException | InterruptedException e) {
            backend.close();
            throw e;
        }
    }

    @Override
    public void readBack(
            String pipeline, StreamTarget target, ReadBackRequest request, BatchSink sink)
            throws InterruptedException {
        with(backend -> {
            TableName table = table(target);
            if (Schemas.find(backend, table).isPresent()) {
                read(backend, table, target, request, sink);
            }
            return true;
        });
    }

    private static void read(
            Backend backend,
            TableName table,
            StreamTarget target,
            ReadBackRequest request,
            BatchSink sink)
            throws InterruptedException {
        String doing = "reading " + table;
        String values =
                request.schema().columns().stream()
                        .map(PostgresDestination::select)
                        .collect(Collectors.joining(", "));
        // Before the COPY, which must be read to its end or the connection given up.
        var decoder = new BinaryCopyDecoder(request.schema());
        CopyOut copy =
                backend.copyOut(
                        doing,
                        "COPY (SELECT %s FROM %s) TO STDOUT (FORMAT binary)"
                                .formatted(values, table.sql()));
        boolean ended = false;
        try {
            while (!ended) {
                request.memory().awaitRoom();
                var batch =
                        new ColumnBatch(
                                request.memory(), target.source(), request.schema(), 0, 1024);
                try {
                    decoder.into(batch);
                    while (!ended && !batch.isFull()) {
                        byte[] row = backend.run(doing, copy::readFromCopy);
                        ended = row == null || (!decoder.decode(row) && decoder.ended());
                    }
                    decoder.flush();
                } catch (RuntimeException e) {
                    batch.close();
                    throw e;
                }
                if (batch.rows() == 0) {
                    batch.close();
                } else {
                    sink.accept(batch);
                }
            }
            byte[] rest = backend.run(doing, copy::readFromCopy);
            if (rest != null || !decoder.ended()) {
                throw new SystemFailure(
                        "PostgreSQL's answer ended in the middle while %s. Try again."
                                .formatted(doing));
            }
        } finally {
            if (copy.isActive()) {
                backend.markBroken(); // the rest of the answer is not worth waiting for
            }
        }
    }

    /** The column in the form in which its batches carry it. */
    private static String select(Column column) {
        String name = Identifiers.quote(column.name());
        SqlType type = column.sourceType().map(SqlType::parse).orElse(SqlType.TEXT);
        if (column.sourceType().isEmpty() || type.binary()) {
            return name;
        }
        if (type.array()) {
            return name + "::text::text[]";
        }
        return switch (type.base()) {
            // The cast of inet to text adds a mask that printing it leaves out, and so on.
            case "inet" -> "pg_catalog.textin(pg_catalog.inet_out(%s))".formatted(name);
            case "xml" -> "pg_catalog.textin(pg_catalog.xml_out(%s))".formatted(name);
            default -> name + "::text";
        };
    }

    /** Where {@code target} lands. */
    TableName table(StreamTarget target) {
        return TablePlanner.table(target, schema);
    }

    TablePlanner planner(Backend backend, String pipeline) {
        boolean metadata =
                options.metadataColumns() == PostgresDestinationOptions.MetadataColumns.AIRBYTE;
        return new TablePlanner(backend, pipeline, metadata, options.dropCascade());
    }

    boolean dropCascade() {
        return options.dropCascade();
    }

    /** Creates a schema where it is not there. */
    void ensureSchema(Backend backend, String name) {
        synchronized (schemas) {
            if (!schemas.contains(name)) {
                Schemas.create(backend, name);
                schemas.add(name);
            }
        }
    }

    @Override
    public void close() {
        List<Backend> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(idle);
            idle.clear();
        }
        open.forEach(Backend::close);
        connections.close();
    }
}
