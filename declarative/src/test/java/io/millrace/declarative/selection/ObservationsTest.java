package io.millrace.declarative.selection;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.record.Paths;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.schema.SchemaInference;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.sdk.http.Headers;
import io.millrace.sdk.http.Pause;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What the reference engine (airbyte-cdk 7.39.1 on dpath 2.2.0) was seen to do with made-up records
 * and bodies, awkward ones on purpose. A line of the file is one observation: {@code kind}, what
 * went in, and {@code expect} with the value or the Python exception that came out.
 */
class ObservationsTest {
    private static final Object FAILED =
            new Object() {
                @Override
                public String toString() {
                    return "an error";
                }
            };

    private static final Compilation COMPILATION =
            new Compilation(
                    Interpolation.of(InstantSource.system()),
                    config(),
                    InstantSource.fixed(Instant.EPOCH),
                    Pause.none(),
                    EngineLog.none());

    private static Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("prefix", "p_");
        config.put("key", "a");
        config.put("n", 5L);
        return config;
    }

    @Test
    void pathsFindChangeAndMakeWhatTheyDidInTheReference() throws IOException {
        check("path", ObservationsTest::path);
    }

    @Test
    void transformationsChangeRecordsAsTheyDidInTheReference() throws IOException {
        check("transformation", ObservationsTest::transformation);
    }

    @Test
    void normalizationConvertsAsItDidInTheReference() throws IOException {
        check(
                "normalization",
                observation -> {
                    Map<String, Object> schema = map(observation.get("schema"));
                    SourceRecord record = SourceRecord.ofValue(observation.get("record"));
                    new Normalization(() -> schema, EngineLog.none()).apply(record);
                    return record.value();
                });
    }

    @Test
    void schemasAreInferredAsTheyWereInTheReference() throws IOException {
        check("inference", ObservationsTest::inference);
    }

    @SuppressWarnings("unchecked")
    private static Object inference(Map<String, Object> observation) {
        var inference = new SchemaInference(SchemaInference.WholeNumbers.NUMBERS);
        ((List<?>) observation.get("records")).forEach(record -> inference.accept(map(record)));
        return inference.schema((List<List<String>>) observation.get("keys"));
    }

    @Test
    void decodersMakeTheElementsThatTheyMadeInTheReference() throws IOException {
        check("decoder", ObservationsTest::decoder);
    }

    @Test
    void extractorsFindTheRecordsThatTheyFoundInTheReference() throws IOException {
        check("extractor", ObservationsTest::extractor);
    }

    /**
     * Documents of JSON that end too soon, which the reference takes for an empty page; docs/adr
     * has why they fail here.
     */
    private static final Set<String> BROKEN_OFF =
            Set.of("eyJhIjoxfSB4", "W3siYSI6MX0seyJhIjoyfQ==");

    private interface Replay {
        @Nullable Object of(Map<String, Object> observation)
                throws IOException, InterruptedException;
    }

    private static void check(String kind, Replay replay) throws IOException {
        List<String> differences = new ArrayList<>();
        int count = 0;
        for (Map<String, Object> observation : observations()) {
            if (!observation.get("kind").equals(kind)) {
                continue;
            }
            count++;
            Map<String, Object> expect = map(observation.get("expect"));
            Object wanted =
                    expect.containsKey("error")
                                    || BROKEN_OFF.contains(
                                            String.valueOf(observation.get("body64")))
                            ? FAILED
                            : expect.get("value");
            Object got;
            try {
                got = replay.of(observation);
            } catch (PythonError | SyncFailure error) {
                got = FAILED;
            } catch (InterruptedException error) {
                throw new IOException(error);
            }
            if (!isSame(got, wanted)) {
                differences.add(
                        "%s\n  gave     %s\n  and not %s".formatted(observation, got, wanted));
            }
        }
        assertThat(count).isGreaterThan(100);
        assertThat(differences).isEmpty();
    }

    private static List<Map<String, Object>> observations() throws IOException {
        var file =
                Objects.requireNonNull(
                        ObservationsTest.class.getResourceAsStream("observations.jsonl.gz"));
        List<Map<String, Object>> observations = new ArrayList<>();
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                observations.add(map(Json.parse(line)));
            }
        }
        return observations;
    }

    /** Types count, the order of keys doesn't; a value that JSON can't hold is as it is written. */
    private static boolean isSame(@Nullable Object got, @Nullable Object wanted) {
        if (got == FAILED || wanted == FAILED) {
            return got == wanted;
        }
        return Objects.equals(written(got), wanted);
    }

    private static @Nullable Object written(@Nullable Object value) {
        var out = new JsonBuffer(64);
        SourceRecord.ofValue(value).writeTo(out);
        return Json.parse(out.text());
    }

    private static @Nullable Object path(Map<String, Object> observation) {
        Object document = Objects.requireNonNull(observation.get("document"));
        List<?> path = (List<?>) observation.get("path");
        return switch ((String) observation.get("op")) {
            case "get" -> {
                Object found = Paths.get(document, path);
                yield Python.isMissing(found) ? FAILED : found;
            }
            case "values" -> Paths.values(document, path);
            case "delete" -> list((long) Paths.delete(document, path), document);
            case "set" -> list((long) Paths.set(document, path, "SET"), document);
            case "create" -> {
                Paths.create(document, path, "NEW");
                yield document;
            }
            default -> throw new AssertionError(observation.get("op"));
        };
    }

    private static List<Object> list(Object... items) {
        return List.of(items);
    }

    private static @Nullable Object transformation(Map<String, Object> observation) {
        SourceRecord record = SourceRecord.ofValue(observation.get("record"));
        Context variables =
                COMPILATION
                        .context()
                        .with(
                                "stream_slice",
                                new StreamSlice(Map.of("p", "P"), Map.of(), Map.of()));
        Transformation.compile(Definition.of(definition(observation), "t"), COMPILATION)
                .apply(record, variables);
        return record.value();
    }

    private static Map<String, Object> definition(Map<String, Object> observation) {
        return map(observation.get("definition"));
    }

    private static Object decoder(Map<String, Object> observation) throws InterruptedException {
        Map<String, String> headers = new LinkedHashMap<>();
        if (observation.get("headers") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> headers.put((String) name, (String) value));
        }
        Answer answer =
                Answer.of(
                        200,
                        "http://localhost/",
                        Headers.of(headers),
                        Base64.getDecoder().decode((String) observation.get("body64")));
        List<Object> elements = new ArrayList<>();
        Decoder.compile(Definition.of(definition(observation), "d"), COMPILATION)
                .decode(answer, element -> elements.add(asWritten(element)));
        return elements;
    }

    private static Object extractor(Map<String, Object> observation) throws InterruptedException {
        byte[] body = ((String) observation.get("body")).getBytes(StandardCharsets.UTF_8);
        Answer answer = Answer.of(200, "http://localhost/", Headers.NONE, body);
        List<Object> records = new ArrayList<>();
        long count =
                RecordExtractor.compile(
                                Definition.of(definition(observation), "e"),
                                Decoder.json(COMPILATION),
                                COMPILATION)
                        .extract(answer, record -> records.add(asWritten(record)));
        assertThat(count).isEqualTo(records.size());
        return records;
    }

    /** What leaves the engine: bytes where nobody asked for the tree. */
    private static @Nullable Object asWritten(SourceRecord record) {
        var out = new JsonBuffer(64);
        record.writeTo(out);
        return Json.parse(out.text());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }
}
