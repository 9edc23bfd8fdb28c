package io.millrace.connector.postgres.source;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which pages of a table were read. Immutable.
 *
 * @param oid the table
 * @param file the table's file then; page numbers mean nothing in another one
 * @param done ascending, neither overlapping nor touching
 */
record TableProgress(long oid, long file, List<PageRange> done) {

    TableProgress {
        done = List.copyOf(done);
    }

    /** Pages from {@code first} to before {@code end}, and how many rows were read there. */
    record PageRange(long first, long end, long rows) {}

    /** With a range more, which overlaps none. */
    TableProgress with(PageRange added) {
        List<PageRange> ranges = new ArrayList<>(done.size() + 1);
        PageRange open = added;
        boolean placed = false;
        for (PageRange range : done) {
            if (range.end() == open.first()) {
                open = new PageRange(range.first(), open.end(), range.rows() + open.rows());
            } else if (open.end() == range.first()) {
                open = new PageRange(open.first(), range.end(), range.rows() + open.rows());
            } else if (range.first() < open.first()) {
                ranges.add(range);
            } else {
                if (!placed) {
                    ranges.add(open);
                    placed = true;
                }
                ranges.add(range);
            }
        }
        if (!placed) {
            ranges.add(open);
        }
        return new TableProgress(oid, file, ranges);
    }

    /** The pages before {@code end} that are not done, as ranges without rows. */
    List<PageRange> remaining(long end) {
        List<PageRange> remaining = new ArrayList<>();
        long next = 0;
        for (PageRange range : done) {
            if (range.first() > next) {
                remaining.add(new PageRange(next, range.first(), 0));
            }
            next = range.end();
        }
        if (next < end) {
            remaining.add(new PageRange(next, end, 0));
        }
        return remaining;
    }

    long rows() {
        return done.stream().mapToLong(PageRange::rows).sum();
    }

    ObjectNode toJson() {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("oid", oid);
        json.put("file", file);
        ArrayNode ranges = json.putArray("done");
        for (PageRange range : done) {
            ranges.addArray().add(range.first()).add(range.end()).add(range.rows());
        }
        return json;
    }

    static TableProgress parse(JsonNode json) {
        List<PageRange> ranges = new ArrayList<>();
        for (JsonNode range : json.path("done")) {
            ranges.add(
                    new PageRange(
                            range.path(0).asLong(),
                            range.path(1).asLong(),
                            range.path(2).asLong()));
        }
        return new TableProgress(json.path("oid").asLong(), json.path("file").asLong(), ranges);
    }
}
