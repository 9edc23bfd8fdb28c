package io.millrace.declarative.stream;

import io.millrace.declarative.cursor.IncrementalSync;
import io.millrace.declarative.cursor.StateMigrations;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.partition.ParentStream;
import io.millrace.declarative.partition.PartitionRouter;
import io.millrace.declarative.retriever.Retriever;
import io.millrace.declarative.schema.SchemaLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A stream, compiled. A plan: immutable, for any number of reads. */
public final class DeclarativeStream {
    private final Definition definition;
    private final String name;
    private final PartitionRouter router;
    private final IncrementalSync sync;
    private final StateMigrations migrations;
    private final SchemaLoader schema;
    private final Retriever retriever;

    DeclarativeStream(
            Definition definition,
            PartitionRouter router,
            IncrementalSync sync,
            StateMigrations migrations,
            SchemaLoader schema,
            Retriever retriever) {
        this.definition = definition;
        this.name = definition.findText("name").orElse("");
        this.router = router;
        this.sync = sync;
        this.migrations = migrations;
        this.schema = schema;
        this.retriever = retriever;
    }

    public String name() {
        return name;
    }

    /** A read that continues from a state; an empty one is none. Nothing is requested yet. */
    public StreamRead start(Map<String, Object> state) {
        return new StreamRead(
                sync.start(migrations.migrate(state)), schema, retriever, state.isEmpty());
    }

    /** The key of records that it is read incrementally by; empty if it has no cursor. */
    public Optional<String> cursorField() {
        return sync.cursorField();
    }

    /** Whether the user may choose another cursor. */
    public boolean takesOtherCursor() {
        return definition
                .find("incremental_sync")
                .map(cursor -> cursor.flag("allow_catalog_defined_cursor_field", false))
                .orElse(false);
    }

    /** Whether it gives files beside its records. */
    public boolean isFileBased() {
        return definition.has("file_uploader");
    }

    /** The JSON schema of its records; may ask the API for it, once. */
    public Map<String, Object> schema() throws InterruptedException {
        return schema.load();
    }

    /** Paths of the fields of its key; empty without one. */
    public List<List<String>> primaryKey() {
        Object key = definition.value("primary_key");
        return switch (key) {
            case null -> List.of();
            case String field when field.isEmpty() -> List.of();
            case String field -> List.of(List.of(field));
            case List<?> fields -> {
                List<List<String>> paths = new ArrayList<>();
                for (Object field : fields) {
                    switch (field) {
                        case String text -> paths.add(List.of(text));
                        case List<?> path
                                when path.size() == 1 && path.getFirst() instanceof String text ->
                                paths.add(List.of(text));
                        case null, default ->
                                throw definition.malformed(
                                        "primary_key", "the name of a field, or a list of names");
                    }
                }
                yield paths;
            }
            default ->
                    throw definition.malformed(
                            "primary_key", "the name of a field, or a list of names");
        };
    }

    /** The names of the streams that are read to know its partitions, and of theirs. */
    public List<String> ancestors() {
        List<String> names = new ArrayList<>();
        router.parents().forEach(parent -> addAncestors(parent, names));
        return names;
    }

    private static void addAncestors(ParentStream parent, List<String> names) {
        names.add(parent.name());
        parent.parents().forEach(each -> addAncestors(each, names));
    }

    List<ParentStream> parents() {
        return router.parents();
    }

    IncrementalSync sync() {
        return sync;
    }

    @Override
    public String toString() {
        return "stream " + name;
    }
}
