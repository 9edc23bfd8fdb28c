package io.millrace.declarative.cursor;

import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.partition.PartitionRouter;
import io.millrace.declarative.partition.Plans;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plans of streams that tests write as maps. */
final class Syncs {
    private Syncs() {}

    static IncrementalSync of(Map<String, Object> stream, Optional<PartitionRouter> router) {
        return IncrementalSync.compile(
                Definition.of(stream, "stream"),
                router.orElseGet(() -> Plans.router(List.of())),
                List.of(),
                Plans.compilation());
    }

    /** A stream with that cursor, whose partitions are the values of a list. */
    static IncrementalSync ofList(Map<String, Object> cursor, List<?> values) {
        return of(
                stream(cursor),
                Optional.of(
                        Plans.router(
                                Map.of(
                                        "type", "ListPartitionRouter",
                                        "cursor_field", "pid",
                                        "values", values))));
    }

    static Map<String, Object> stream(Map<String, Object> cursor) {
        return Map.of("type", "DeclarativeStream", "name", "s", "incremental_sync", cursor);
    }

    /** Daily dates from 1 January 2024 to {@code end}. */
    static Map<String, Object> days(String end) {
        Map<String, Object> cursor = new LinkedHashMap<>();
        cursor.put("type", "DatetimeBasedCursor");
        cursor.put("cursor_field", "upd");
        cursor.put("datetime_format", "%Y-%m-%d");
        cursor.put("start_datetime", "2024-01-01");
        cursor.put("end_datetime", end);
        return cursor;
    }
}
