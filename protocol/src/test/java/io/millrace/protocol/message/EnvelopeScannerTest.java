package io.millrace.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The scanner against Jackson, on lines that nobody would write by hand. */
class EnvelopeScannerTest {
    private static final String[] TEXTS = {
        "",
        "a",
        "\\\"",
        "\\\\",
        "\\\\\\\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\\u007b",
        "\\ud83d\\ude00",
        "é",
        "😀",
        "\u2028",
        "\\n",
        "\\/",
        "stream",
        "data",
        "}}",
        "\\\\\\\\",
        "_Y_y",
        "\u007f",
        " "
    };
    private static final String[] SCALARS = {
        "null", "true", "false", "0", "-1", "1.50", "1e400", "-0.0", "12345678901234567890123"
    };
    private static final String[] SPACES = {"", "", "", "", " ", "\t", "\r", "  \t "};

    @Test
    void findsInEveryLineWhatJacksonFinds() throws Exception {
        long seed = System.nanoTime();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int round = 0; round < 5_000; round++) {
            String line = line(random);
            compare(line, "seed %d, round %d: %s".formatted(seed, round, line));
        }
    }

    @Test
    void refusesNoLineThatJacksonTakesWhenBytesAreChanged() throws Exception {
        long seed = System.nanoTime();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        byte[] spice = "\"\\{}[]:,0a \ttype".getBytes(StandardCharsets.US_ASCII);
        int taken = 0;
        for (int round = 0; round < 10_000; round++) {
            byte[] bytes = line(random).getBytes(StandardCharsets.UTF_8);
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextInt(bytes.length);
                bytes =
                        switch (random.nextInt(3)) {
                            case 0 -> with(bytes, at, spice[random.nextInt(spice.length)]);
                            case 1 -> Arrays.copyOf(bytes, Math.max(1, at));
                            default -> without(bytes, at);
                        };
            }
            if (new String(bytes, StandardCharsets.UTF_8).indexOf('\uFFFD') >= 0) {
                continue;
            }
            ObjectNode tree;
            try {
                if (!(Json.parse(bytes) instanceof ObjectNode object)) {
                    continue;
                }
                tree = object;
            } catch (JacksonException _) {
                continue;
            }
            taken++;
            String line = new String(bytes, StandardCharsets.UTF_8);
            compare(line, tree, "seed %d, round %d: %s".formatted(seed, round, line));
        }
        assertThat(taken).as("lines that stayed JSON").isGreaterThan(200);
    }

    @Test
    void isNotMisledByLinesThatBeginAlike() throws Exception {
        long seed = System.nanoTime();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int round = 0; round < 2_000; round++) {
            List<String> beginnings = new ArrayList<>();
            for (int count = 1 + random.nextInt(2); count > 0; count--) {
                beginnings.add(beginning(random));
            }
            List<String> lines = new ArrayList<>();
            for (int count = 2 + random.nextInt(6); count > 0; count--) {
                lines.add(beginnings.get(random.nextInt(beginnings.size())) + ending(random));
            }
            try (MessageReader reader = reader(String.join("\n", lines))) {
                for (String line : lines) {
                    compareNext(
                            reader,
                            line,
                            (ObjectNode) Json.parse(line.getBytes(StandardCharsets.UTF_8)),
                            "seed %d, round %d: %s%nof%n%s"
                                    .formatted(seed, round, line, String.join("\n", lines)));
                }
                assertThat(reader.next()).isEqualTo(MessageReader.Event.END);
            }
        }
    }

    @Test
    void countsNestingAsJacksonDoes() throws Exception {
        for (int depth = Json.MAXIMUM_DEPTH - 3; depth <= Json.MAXIMUM_DEPTH + 1; depth++) {
            // The line and the record are two levels, the data the third.
            int inner = depth - 3;
            String line =
                    "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s\",\"data\":{\"a\":"
                            + "[".repeat(inner)
                            + "]".repeat(inner)
                            + "}}}";
            boolean jackson = true;
            try {
                assertThat(Json.mapper().readTree(line)).isNotNull();
            } catch (JacksonException _) {
                jackson = false;
            }
            assertThat(jackson).isEqualTo(depth <= Json.MAXIMUM_DEPTH);
            try (MessageReader reader = reader(line)) {
                MessageReader.Event event = reader.next();
                if (jackson) {
                    assertThat(event).isEqualTo(MessageReader.Event.RECORD);
                } else {
                    assertThat(reader.problem().kind()).isEqualTo(LineProblem.Kind.TOO_DEEP);
                    assertThat(reader.problem().stream()).contains(StreamName.of("s"));
                }
            }
        }
    }

    @Test
    void seesEscapesAcrossTheEdgesOfItsBlocks() throws Exception {
        for (int padding = 0; padding < 140; padding++) {
            for (int backslashes = 0; backslashes <= 4; backslashes++) {
                String text = "x".repeat(padding) + "\\\\".repeat(backslashes) + "\\\"}";
                compare(
                        "{\"type\":\"RECORD\",\"record\":{\"data\":{\"a\":\"%s\"},\"stream\":\"s\"}}"
                                .formatted(text),
                        padding + " and " + backslashes);
            }
        }
    }

    private static byte[] with(byte[] bytes, int at, byte replacement) {
        byte[] changed = bytes.clone();
        changed[at] = replacement;
        return changed;
    }

    private static byte[] without(byte[] bytes, int at) {
        if (bytes.length == 1) {
            return bytes;
        }
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - 1);
        System.arraycopy(bytes, at + 1, shorter, at, shorter.length - at);
        return shorter;
    }

    private static void compare(String line, String context) throws IOException {
        compare(line, (ObjectNode) Json.parse(line.getBytes(StandardCharsets.UTF_8)), context);
    }

    private static void compare(String line, ObjectNode tree, String context) throws IOException {
        // Between other lines, so that what lies behind a line must not matter.
        try (MessageReader reader = reader("{\"type\":\n" + line + "\n}}\"{")) {
            assertThat(reader.next()).isEqualTo(MessageReader.Event.PROBLEM);
            compareNext(reader, line, tree, context);
        }
    }

    private static void compareNext(
            MessageReader reader, String line, ObjectNode tree, String context) throws IOException {
        JsonNode record = tree.path("record");
        boolean isRecord =
                tree.path("type").isString() && tree.path("type").stringValue().equals("RECORD");
        MessageReader.Event event = reader.next();
        if (!isRecord) {
            assertThat(event).as(context).isNotEqualTo(MessageReader.Event.RECORD);
            return;
        }
        if (!record.path("stream").isString() || !record.path("data").isObject()) {
            assertThat(event).as(context).isEqualTo(MessageReader.Event.PROBLEM);
            assertThat(reader.problem().record()).as(context).isTrue();
            return;
        }
        assertThat(event).as(context).isEqualTo(MessageReader.Event.RECORD);
        RecordLine found = reader.record();
        byte[] buffer = found.buffer();
        assertThat(found.stream())
                .as(context)
                .isEqualTo(
                        new StreamName(
                                record.path("namespace").isString()
                                        ? Optional.of(record.path("namespace").stringValue())
                                        : Optional.empty(),
                                record.path("stream").stringValue()));
        assertThat(part(buffer, found.dataStart(), found.dataEnd()))
                .as(context)
                .isEqualTo(record.path("data"));
        assertThat(found.hasMeta()).as(context).isEqualTo(record.path("meta").isObject());
        if (found.hasMeta()) {
            assertThat(part(buffer, found.metaStart(), found.metaEnd()))
                    .as(context)
                    .isEqualTo(record.path("meta"));
        }
        assertThat(found.hasEmittedAt())
                .as(context)
                .isEqualTo(record.path("emitted_at").isNumber());
        if (record.path("emitted_at").isIntegralNumber()
                && record.path("emitted_at").canConvertToLong()) {
            assertThat(found.emittedAt())
                    .as(context)
                    .isEqualTo(record.path("emitted_at").longValue());
        }
        assertThat(
                        new String(
                                buffer,
                                found.lineStart(),
                                found.lineEnd() - found.lineStart(),
                                StandardCharsets.UTF_8))
                .as(context)
                .isEqualTo(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
        assertThat(found.lineNumber()).isEqualTo(reader.lineNumber());
    }

    private static JsonNode part(byte[] buffer, int from, int to) {
        return Json.mapper().readTree(buffer, from, to - from);
    }

    private static MessageReader reader(String text) {
        return new MessageReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A line up to the data, with whatever else may stand before them. */
    private static String beginning(RandomGenerator random) {
        var text = new StringBuilder("{");
        if (random.nextInt(5) > 0) {
            text.append("\"type\":\"RECORD\",");
        }
        if (random.nextInt(5) == 0) {
            text.append("\"record\":").append(value(random, 2)).append(',');
        }
        text.append("\"record\":").append(space(random).replace("\r", "")).append('{');
        for (String name : List.of("namespace", "stream", "emitted_at", "meta", "data", "stream")) {
            if (random.nextInt(3) == 0) {
                text.append('"').append(name).append("\":").append(member(name, random));
                text.append(',');
            }
        }
        return text.append("\"data\":").toString();
    }

    /** The data, what follows them in the record, and what follows the record. */
    private static String ending(RandomGenerator random) {
        var text = new StringBuilder(random.nextInt(8) == 0 ? "null" : object(random, 2));
        for (String name : List.of("stream", "emitted_at", "meta", "namespace", "data")) {
            if (random.nextInt(3) == 0) {
                text.append(",\"").append(name).append("\":").append(member(name, random));
            }
        }
        text.append('}');
        if (random.nextInt(3) == 0) {
            text.append(",\"type\":").append(random.nextInt(4) > 0 ? "\"RECORD\"" : "\"LOG\"");
        }
        if (random.nextInt(8) == 0) {
            text.append(",\"record\":").append(value(random, 2));
        }
        return text.append('}').toString();
    }

    private static String member(String name, RandomGenerator random) {
        return switch (random.nextInt(6)) {
            case 0 -> value(random, 1);
            case 1 -> "null";
            default ->
                    switch (name) {
                        case "emitted_at" -> Long.toString(random.nextLong());
                        case "meta", "data" -> object(random, 2);
                        default -> string(random);
                    };
        };
    }

    private static String line(RandomGenerator random) {
        List<String> record = new ArrayList<>();
        record.add("\"stream\":" + space(random) + string(random));
        record.add("\"data\":" + space(random) + object(random, 3));
        if (random.nextBoolean()) {
            record.add("\"emitted_at\":" + random.nextLong());
        }
        for (String name : List.of("namespace", "meta", "data", "emitted_at", "stream", "x")) {
            if (random.nextInt(4) == 0) {
                record.add("\"" + name + "\"" + space(random) + ":" + value(random, 2));
            }
        }
        Collections.shuffle(record, new java.util.Random(random.nextLong()));
        List<String> envelope = new ArrayList<>();
        envelope.add("\"type\":" + space(random) + "\"RECORD\"");
        envelope.add("\"record\":" + object(record, random));
        if (random.nextInt(4) == 0) {
            envelope.add("\"\\u0074ype\":" + (random.nextBoolean() ? "\"RECO\\u0052D\"" : "1"));
        }
        for (String name : List.of("type", "record", "state", "rec\\u006frd")) {
            if (random.nextInt(12) == 0) {
                envelope.add("\"" + name + "\":" + value(random, 2));
            }
        }
        Collections.shuffle(envelope, new java.util.Random(random.nextLong()));
        return space(random).replace("\r", "") + object(envelope, random) + space(random);
    }

    private static String object(List<String> members, RandomGenerator random) {
        return "{"
                + space(random)
                + String.join(space(random) + "," + space(random), members)
                + space(random)
                + "}";
    }

    private static String object(RandomGenerator random, int depth) {
        List<String> members = new ArrayList<>();
        for (int count = random.nextInt(6); count > 0; count--) {
            members.add(
                    string(random) + space(random) + ":" + space(random) + value(random, depth));
        }
        return object(members, random);
    }

    private static String value(RandomGenerator random, int depth) {
        int kind = random.nextInt(depth > 0 ? 6 : 4);
        if (kind < 2) {
            return string(random);
        }
        if (kind < 4) {
            return SCALARS[random.nextInt(SCALARS.length)];
        }
        if (kind == 4) {
            return object(random, depth - 1);
        }
        List<String> elements = new ArrayList<>();
        for (int count = random.nextInt(4); count > 0; count--) {
            elements.add(value(random, depth - 1));
        }
        return "[" + space(random) + String.join(",", elements) + "]";
    }

    private static String string(RandomGenerator random) {
        var text = new StringBuilder("\"");
        for (int count = random.nextInt(5); count > 0; count--) {
            text.append(TEXTS[random.nextInt(TEXTS.length)]);
        }
        return text.append('"').toString();
    }

    private static String space(RandomGenerator random) {
        return SPACES[random.nextInt(SPACES.length)];
    }
}
