package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Brings states that earlier versions of a connector wrote into today's form (reference: 8.11). */
public final class StateMigrations {
    private final List<LegacyToPartitions> migrations;

    private StateMigrations(List<LegacyToPartitions> migrations) {
        this.migrations = migrations;
    }

    /** The migrations of a {@code DeclarativeStream}. */
    public static StateMigrations compile(Definition stream, Compilation compilation) {
        return new StateMigrations(
                stream.children("state_migrations").stream()
                        .map(migration -> {
                            if (!migration.type().equals("LegacyToPerPartitionStateMigration")) {
                                throw migration.unknownType("a state migration");
                            }
                            return LegacyToPartitions.compile(stream, migration, compilation);
                        })
                        .toList());
    }

    /** The state to start from; the same where no migration concerns it. */
    public Map<String, Object> migrate(Map<String, Object> state) {
        Map<String, Object> migrated = state;
        for (LegacyToPartitions migration : migrations) {
            migrated = migration.migrate(migrated);
        }
        return migrated;
    }

    /**
     * From {@code {"<value>": {"<cursor>": …}}} to a state for each partition.
     *
     * @param applies whether partitions are told apart by one key
     */
    private record LegacyToPartitions(boolean applies, String field, String cursorField) {

        static LegacyToPartitions compile(
                Definition stream, Definition migration, Compilation compilation) {
            Definition retriever = stream.child("retriever");
            if (!retriever.type().equals("SimpleRetriever")
                    && !retriever.type().equals("AsyncRetriever")) {
                throw retriever.unknownType(
                        "a SimpleRetriever or AsyncRetriever, for %s".formatted(migration.type()));
            }
            boolean isList = retriever.value("partition_router") instanceof List<?>;
            Definition router =
                    isList
                            ? retriever.children("partition_router").getFirst()
                            : retriever.child("partition_router");
            List<Definition> parents = router.children("parent_stream_configs");
            boolean isUnion = router.type().equals("UnionPartitionRouter");
            if (isList || (!isUnion && parents.isEmpty())) {
                throw router.unknownType(
                        "one SubstreamPartitionRouter or UnionPartitionRouter, for %s"
                                .formatted(migration.type()));
            }
            Definition named = isUnion ? router : parents.getFirst();
            return new LegacyToPartitions(
                    isUnion || parents.size() == 1,
                    text(named.text("partition_field"), stream, compilation),
                    text(
                            stream.child("incremental_sync").text("cursor_field"),
                            stream,
                            compilation));
        }

        private static String text(String template, Definition stream, Compilation compilation) {
            return compilation.string(template, stream).evaluateText(compilation.context());
        }

        Map<String, Object> migrate(Map<String, Object> state) {
            if (!applies || state.isEmpty() || state.containsKey("states")) {
                return state;
            }
            List<Object> states = new ArrayList<>();
            for (Map.Entry<String, Object> entry : state.entrySet()) {
                if (!(entry.getValue() instanceof Map<?, ?> cursor)
                        || cursor.size() != 1
                        || !cursor.keySet().stream()
                                .map(Python::str)
                                .allMatch(cursorField::equals)) {
                    return state;
                }
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("partition", Map.of(field, entry.getKey()));
                one.put("cursor", cursor);
                states.add(one);
            }
            Map<String, Object> migrated = new LinkedHashMap<>();
            migrated.put("states", states);
            return migrated;
        }
    }
}
