package io.millrace.connector.postgres.destination;

import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Decides where a stream's rows go and what has to be done before. Reads, and changes nothing. */
final class TablePlanner {
    private final Backend backend;
    private final String pipeline;
    private final boolean withMetadata;
    private final boolean dropCascade;

    TablePlanner(Backend backend, String pipeline, boolean withMetadata, boolean dropCascade) {
        this.backend = backend;
        this.pipeline = pipeline;
        this.withMetadata = withMetadata;
        this.dropCascade = dropCascade;
    }

    /**
     * @param entries what is stored of the stream, and of whatever else lands in {@code table}
     */
    TablePreparation prepare(
            StreamTarget target, TableName table, List<CheckpointStore.Entry> entries) {
        Map<String, TableShape> shapes = Schemas.withGenerations(backend, table);
        Optional<TableShape> existing = Optional.ofNullable(shapes.get(table.name()));
        Optional<CheckpointStore.Entry> own =
                entries.stream().filter(entry -> isOwn(entry, target)).findFirst();
        requireOurs(target, table, existing, own, entries);
        boolean current =
                own.isPresent() && own.get().checkpoint().generation() == target.generation();
        boolean complete = current && own.get().checkpoint().generationComplete();
        boolean continued = current && (complete || own.get().checkpoint().state().isPresent());
        if (continued && !own.get().table().equals(table)) {
            throw new ConfigurationFailure(
                    ("The stream %s has landed in %s until now, and is to land in %s. Rename the"
                                    + " table back, or begin anew with --full-refresh.")
                            .formatted(target.source(), own.get().table(), table));
        }
        boolean replaces = target.replace() && !complete;
        TableName to = replaces ? table.generation(target.generation()) : table;
        List<String> statements = new ArrayList<>();
        Optional<TableShape> begun = Optional.ofNullable(shapes.get(to.name()));
        for (TableShape shape : shapes.values()) {
            boolean stale = !shape.table().equals(table) && !(current && shape.table().equals(to));
            if (stale) {
                statements.add("DROP TABLE " + shape.table().sql());
            }
        }
        if (begun.isEmpty() && continued) {
            throw new ConfigurationFailure(
                    ("The table %s, which holds what was committed of %s, is gone. Restore it, or"
                                    + " begin anew with --full-refresh.")
                            .formatted(to, target.source()));
        }
        if (replaces && !(current && begun.isPresent())) {
            return beside(target, table, to, existing, statements);
        }
        Landing landing = land(target, table, begun, false);
        boolean alters = false;
        if (begun.isPresent()) {
            alters = !replaces && (!landing.steps().isEmpty() || !statements.isEmpty());
            statements.addAll(
                    clearViews(backend, begun.get(), landing.widened(), landing, dropCascade));
            Landing.alter(to, landing.steps()).ifPresent(statements::add);
        } else {
            statements.add(landing.create(to));
        }
        return new TablePreparation(
                backend,
                landing,
                to,
                replaces,
                begun.isEmpty(),
                statements,
                alters,
                action(target, existing, replaces));
    }

    /** A new generation, with what the table has of columns, defaults, checks and comments. */
    private TablePreparation beside(
            StreamTarget target,
            TableName table,
            TableName to,
            Optional<TableShape> existing,
            List<String> statements) {
        boolean rebuilt = existing.isPresent() && !Dependents.bind(backend, existing.get());
        Landing landing = land(target, table, existing, rebuilt);
        if (existing.isPresent()) {
            if (!rebuilt && !dropCascade) {
                // Found now, and not after everything was read.
                clearViews(backend, existing.get(), landing.widened(), landing, false);
            }
            statements.add(
                    "CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES)"
                            .formatted(to.sql(), table.sql()));
            Landing.alterEmpty(to, landing.steps()).ifPresent(statements::add);
        } else {
            statements.add(landing.create(to));
        }
        return new TablePreparation(
                backend,
                landing,
                to,
                true,
                true,
                statements,
                false,
                action(target, existing, true));
    }

    /** For columns that come or change in the middle of a stream. */
    TablePreparation evolve(
            StreamTarget target, TableName table, TableName to, boolean replaces, boolean empty) {
        Optional<TableShape> shape = Schemas.find(backend, to);
        Landing landing = land(target, table, shape, false);
        List<String> statements = new ArrayList<>();
        shape.ifPresent(there ->
                statements.addAll(
                        clearViews(backend, there, landing.widened(), landing, dropCascade)));
        Landing.alter(to, landing.steps()).ifPresent(statements::add);
        return new TablePreparation(
                backend,
                landing,
                to,
                replaces,
                empty,
                statements,
                false,
                action(target, shape, replaces));
    }

    private Landing land(
            StreamTarget target, TableName table, Optional<TableShape> shape, boolean exact) {
        return Landing.of(target, table, shape, withMetadata, exact, backend.serverVersion());
    }

    private static LandingPlan.Action action(
            StreamTarget target, Optional<TableShape> existing, boolean replaces) {
        if (existing.isEmpty()) {
            return LandingPlan.Action.CREATE;
        }
        if (replaces) {
            return LandingPlan.Action.REPLACE;
        }
        return target.syncMode().deduplicated()
                ? LandingPlan.Action.UPSERT
                : LandingPlan.Action.APPEND;
    }

    private boolean isOwn(CheckpointStore.Entry entry, StreamTarget target) {
        return entry.pipeline().equals(pipeline)
                && entry.checkpoint().stream().equals(target.source());
    }

    private void requireOurs(
            StreamTarget target,
            TableName table,
            Optional<TableShape> existing,
            Optional<CheckpointStore.Entry> own,
            List<CheckpointStore.Entry> entries) {
        if (existing.isEmpty()) {
            return;
        }
        String waysOut =
                "Give the pipeline another prefix or namespace, or rename or drop what is there.";
        if (!existing.get().isTable()) {
            throw new ConfigurationFailure(
                    "The stream %s can't land in %s: that is a %s. %s"
                            .formatted(target.source(), table, existing.get().kindText(), waysOut));
        }
        for (CheckpointStore.Entry entry : entries) {
            if (entry.table().equals(table) && !isOwn(entry, target)) {
                StoredCheckpoint other = entry.checkpoint();
                throw new ConfigurationFailure(
                        "The stream %s can't land in %s: the table belongs to the stream %s of the pipeline %s. %s"
                                .formatted(
                                        target.source(),
                                        table,
                                        other.stream(),
                                        entry.pipeline(),
                                        waysOut));
            }
        }
        if (own.isEmpty() || !own.get().table().equals(table)) {
            throw new ConfigurationFailure(
                    "The stream %s can't land in %s: a table of that name is there, and this pipeline did not make it. %s"
                            .formatted(target.source(), table, waysOut));
        }
    }

    /**
     * What drops the views that keep the types of {@code columns} from being altered.
     *
     * @throws ConfigurationFailure naming the views, where they may not be dropped
     */
    static List<String> clearViews(
            Backend backend,
            TableShape shape,
            List<TableShape.Column> columns,
            Landing landing,
            boolean dropCascade) {
        List<Dependents.View> views = Dependents.views(backend, shape, columns);
        if (views.isEmpty()) {
            return List.of();
        }
        String names = views.stream().map(Dependents.View::name).collect(Collectors.joining(", "));
        if (!dropCascade) {
            throw new ConfigurationFailure(
                    "The type of %s in %s has to change, and PostgreSQL doesn't allow that while a view reads it: %s. Drop the view and create it again after the sync, or set drop_cascade: true to have it dropped."
                            .formatted(
                                    columns.stream()
                                            .map(TableShape.Column::name)
                                            .collect(Collectors.joining(", ")),
                                    landing.table(),
                                    names));
        }
        return views.stream()
                .map(view ->
                        "DROP %sVIEW IF EXISTS %s CASCADE"
                                .formatted(view.materialized() ? "MATERIALIZED " : "", view.name()))
                .toList();
    }

    /** The table that {@code target} lands in. */
    static TableName table(StreamTarget target, String defaultSchema) {
        return new TableName(
                target.target().namespace().map(Names::schema).orElse(defaultSchema),
                Names.table(target.target().name()));
    }

    /** A statement that drops a table that is there or not. */
    static String drop(TableName table, boolean cascade) {
        return "DROP TABLE IF EXISTS %s%s".formatted(table.sql(), cascade ? " CASCADE" : "");
    }
}
