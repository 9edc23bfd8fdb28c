package io.millrace.replication.sync;

import io.millrace.protocol.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A {@code .sync} file: a behaviour of the loop from end to end, line by line. {@code
 * replication/src/test/resources/sync/README.md} lists the statements.
 */
final class SyncFile {
    private static final Set<String> KEYWORDS =
            Set.of("foreach", "records", "checkpoint", "sync", "expect", "mappers");

    /** One statement. {@code line} counts from 1. */
    sealed interface Statement {
        int line();
    }

    /** The source's stream goes on with these records. */
    record Records(int line, String stream, List<ObjectNode> records) implements Statement {}

    /** The source's stream goes on with this checkpoint. */
    record Checkpoint(int line, String stream, String name) implements Statement {}

    /** From now on the stream is mapped so. */
    record Mappers(int line, String stream, List<JsonNode> mappers) implements Statement {}

    /** Runs a sync; {@code options} by their names. */
    record Run(int line, String mode, Map<String, String> options) implements Statement {}

    /** The last sync ended so. */
    record ExpectStatus(int line, String status) implements Statement {}

    /** The destination's newest checkpoint; {@code none} where there is none. */
    record ExpectState(int line, String stream, String name) implements Statement {}

    /** What the last sync counted. */
    record ExpectCounts(int line, String stream, Map<String, String> counts) implements Statement {}

    /** The destination's rows; {@code orderBy} columns, empty where their order doesn't count. */
    record ExpectRows(int line, String stream, List<String> orderBy, List<String> rows)
            implements Statement {}

    private final List<Statement> statements = new ArrayList<>();

    private SyncFile() {}

    /** What {@code foreach} names: the file holds for each value, and each combination of them. */
    static Map<String, List<String>> variants(String text) {
        Map<String, List<String>> variants = new LinkedHashMap<>();
        text.lines()
                .map(line -> List.of(line.strip().split(" +")))
                .filter(words -> words.getFirst().equals("foreach") && words.size() > 2)
                .forEach(words -> variants.put(words.get(1), words.subList(2, words.size())));
        return variants;
    }

    List<Statement> statements() {
        return statements;
    }

    static SyncFile parse(String text) {
        var file = new SyncFile();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            List<String> rows = new ArrayList<>();
            if (line.startsWith("expect rows ")) {
                for (int next = i + 1; next < lines.size() && isRow(lines.get(next)); next++) {
                    rows.add(lines.get(next).strip());
                }
            }
            try {
                file.add(i + 1, line, rows);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException("line " + (i + 1) + ": " + wrong.getMessage());
            }
            i += rows.size();
        }
        return file;
    }

    private static boolean isRow(String line) {
        return !line.isBlank()
                && !line.startsWith("#")
                && !KEYWORDS.contains(line.split(" ", 2)[0]);
    }

    private void add(int line, String text, List<String> rows) {
        String[] words = text.split(" +");
        switch (words[0]) {
            case "foreach" -> {} // see variants
            case "records" ->
                    statements.add(
                            new Records(line, word(words, 1), objects(text.split(" +", 3)[2])));
            case "checkpoint" ->
                    statements.add(new Checkpoint(line, word(words, 1), word(words, 2)));
            case "mappers" -> {
                JsonNode mappers =
                        Json.parse(text.split(" +", 3)[2].getBytes(StandardCharsets.UTF_8));
                statements.add(new Mappers(line, word(words, 1), mappers.valueStream().toList()));
            }
            case "sync" -> statements.add(new Run(line, word(words, 1), options(words, 2)));
            case "expect" -> statements.add(expectation(line, words, rows));
            default -> throw new IllegalArgumentException("no statement \"" + words[0] + "\"");
        }
    }

    private static Statement expectation(int line, String[] words, List<String> rows) {
        return switch (word(words, 1)) {
            case "status" -> new ExpectStatus(line, word(words, 2));
            case "state" -> new ExpectState(line, word(words, 2), word(words, 3));
            case "counts" -> new ExpectCounts(line, word(words, 2), options(words, 3));
            case "rows" -> {
                String orderBy = options(words, 3).getOrDefault("order_by", "");
                yield new ExpectRows(
                        line,
                        word(words, 2),
                        orderBy.isEmpty() ? List.of() : List.of(orderBy.split(",")),
                        rows);
            }
            default -> throw new IllegalArgumentException("nothing to expect: " + words[1]);
        };
    }

    private static String word(String[] words, int index) {
        if (words.length <= index) {
            throw new IllegalArgumentException("a word is missing");
        }
        return words[index];
    }

    private static Map<String, String> options(String[] words, int from) {
        Map<String, String> options = new LinkedHashMap<>();
        Arrays.stream(words, from, words.length)
                .forEach(word -> {
                    int equals = word.indexOf('=');
                    if (equals < 1) {
                        throw new IllegalArgumentException(word + " is no NAME=VALUE");
                    }
                    options.put(word.substring(0, equals), word.substring(equals + 1));
                });
        return options;
    }

    private static List<ObjectNode> objects(String text) {
        List<ObjectNode> objects = new ArrayList<>();
        try (JsonParser parser = Json.mapper().createParser(text)) {
            while (parser.nextToken() != null) {
                objects.add(parser.readValueAsTree());
            }
        }
        return objects;
    }
}
