package io.millrace.declarative.recording;

import io.millrace.declarative.http.HttpSettings;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.manifest.YamlText;
import io.millrace.declarative.source.DeclarativeSource;
import io.millrace.declarative.source.Failures;
import io.millrace.declarative.source.SourceSettings;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.sdk.http.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tests of a manifest: a folder with {@code manifest.yaml}, {@code tests.yaml} and recordings.
 * Nothing goes to a network, the clock stands where the test says, and nobody waits.
 */
public final class ManifestTests {
    /** The file that tells what is tested. */
    public static final String FILE = "tests.yaml";

    /** The manifest beside it. */
    public static final String MANIFEST = "manifest.yaml";

    private static final Set<String> KEYS =
            Set.of("name", "stream", "clock", "config", "state", "recording", "expect");
    private static final String LOOKBACK = "lookback_window";
    private static final Set<String> EXPECTATIONS =
            Set.of("records", "requests", "state", "failure");
    private static final Set<String> FAILURE = Set.of("type", "message");

    private final Path folder;
    private final Manifest manifest;
    private final List<Case> cases;

    private ManifestTests(Path folder, Manifest manifest, List<Case> cases) {
        this.folder = folder;
        this.manifest = manifest;
        this.cases = cases;
    }

    /**
     * What one test found.
     *
     * @param differences in words; empty where all is as it should be
     */
    public record Result(String name, List<String> differences) {}

    private record Case(
            String name,
            String stream,
            Instant clock,
            Map<String, Object> config,
            Map<String, Object> state,
            String recording,
            Map<String, Object> expect) {}

    /**
     * The tests of {@code folder}.
     *
     * @throws ConfigurationFailure where its files can't be used, with the place
     */
    public static ManifestTests load(Path folder) {
        Manifest manifest = Manifest.parse(text(folder.resolve(MANIFEST)));
        Path file = folder.resolve(FILE);
        Object document = YamlText.parse(text(file));
        if (!(document instanceof Map<?, ?> root) || !(root.get("tests") instanceof List<?> list)) {
            throw new ConfigurationFailure("%s needs a list \"tests\".".formatted(file));
        }
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            cases.add(parse(list.get(i), "Test %d of %s".formatted(i + 1, file)));
        }
        return new ManifestTests(folder, manifest, cases);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new ConfigurationFailure(
                    "There is no %s. A folder of tests holds %s, %s and recordings."
                            .formatted(file, MANIFEST, FILE),
                    missing.toString(),
                    missing);
        } catch (IOException unreadable) {
            throw new ConfigurationFailure(
                    "%s can't be read.".formatted(file), unreadable.toString(), unreadable);
        }
    }

    private static Case parse(@Nullable Object node, String place) {
        Map<String, Object> test = object(node, place);
        requireKnown(test, KEYS, place);
        Map<String, Object> expect = object(test.getOrDefault("expect", Map.of()), place);
        requireKnown(expect, EXPECTATIONS, place + ", expect");
        if (expect.get("failure") != null) {
            String failure = place + ", expect, failure";
            requireKnown(object(expect.get("failure"), failure), FAILURE, failure);
        }
        String stream = required(test, "stream", place);
        return new Case(
                test.get("name") instanceof String name ? name : stream,
                stream,
                instant(test, place),
                object(test.getOrDefault("config", Map.of()), place + ", config"),
                object(test.getOrDefault("state", Map.of()), place + ", state"),
                required(test, "recording", place),
                expect);
    }

    private static Instant instant(Map<String, Object> test, String place) {
        String text = required(test, "clock", place);
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException malformed) {
            throw new ConfigurationFailure(
                    "%s: \"clock\" must be a time such as 2026-01-31T09:00:00Z.".formatted(place),
                    malformed.toString(),
                    malformed);
        }
    }

    private static String required(Map<String, Object> test, String key, String place) {
        if (test.get(key) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new ConfigurationFailure("%s needs a text \"%s\".".formatted(place, key));
    }

    private static void requireKnown(Map<String, Object> node, Set<String> known, String place) {
        for (String key : node.keySet()) {
            if (!known.contains(key)) {
                throw new ConfigurationFailure(
                        "%s: there is no key \"%s\"; there are %s."
                                .formatted(
                                        place,
                                        key,
                                        String.join(", ", known.stream().sorted().toList())));
            }
        }
    }

    private static Map<String, Object> object(@Nullable Object node, String place) {
        if (!(node instanceof Map<?, ?> map)) {
            throw new ConfigurationFailure("%s must be an object.".formatted(place));
        }
        Map<String, Object> object = new LinkedHashMap<>();
        map.forEach((key, value) -> object.put(String.valueOf(key), value));
        return object;
    }

    /** Runs all tests, one after the other. */
    public List<Result> run() throws InterruptedException {
        List<Result> results = new ArrayList<>();
        for (Case test : cases) {
            results.add(new Result(test.name(), differences(test)));
        }
        return results;
    }

    private List<String> differences(Case test) throws InterruptedException {
        List<String> differences = new ArrayList<>();
        List<SyncFailure> failures = new ArrayList<>();
        Recording recording = Recording.load(folder.resolve(test.recording()));
        try {
            StreamReading reading =
                    StreamReading.of(
                            DeclarativeSource.create(
                                    manifest,
                                    test.config(),
                                    new SourceSettings(
                                            test::clock,
                                            Pause.none(),
                                            EngineLog.none(),
                                            folder,
                                            false,
                                            Optional.empty(),
                                            HttpSettings.SYNC.withRecorded(recording))),
                            test.stream(),
                            test.state());
            failures.addAll(reading.failures());
            compareRecords(test, reading, differences);
            compareState(test, reading, differences);
        } catch (SyncFailure | PythonError failure) {
            failures.add(Failures.of(failure, test.stream()));
        }
        compareFailures(test, failures, differences);
        compareRequests(test, recording, differences);
        return differences;
    }

    /** A failure that is expected has to come, with its type and a part of its message. */
    private static void compareFailures(
            Case test, List<SyncFailure> failures, List<String> differences) {
        Optional<Map<?, ?>> expected =
                test.expect().get("failure") instanceof Map<?, ?> map
                        ? Optional.of(map)
                        : Optional.empty();
        if (expected.isPresent() && failures.isEmpty()) {
            differences.add("It was expected to fail, and didn't.");
        }
        for (SyncFailure failure : failures) {
            if (expected.isEmpty() || !fits(failure, expected.get())) {
                differences.add(
                        "It failed: %s (%s)"
                                .formatted(failure.getMessage(), failure.failureType().text()));
            }
        }
    }

    private static boolean fits(SyncFailure failure, Map<?, ?> expected) {
        Object type = expected.get("type");
        Object message = expected.get("message");
        return (type == null || type.equals(failure.failureType().text()))
                && (message == null || failure.getMessage().contains(String.valueOf(message)));
    }

    private static void compareRecords(Case test, StreamReading reading, List<String> differences) {
        Object expected = test.expect().get("records");
        if (expected instanceof Long count && count != reading.records().size()) {
            differences.add(
                    "%d records were expected, and %d came."
                            .formatted(count, reading.records().size()));
        }
        if (expected instanceof List<?> list) {
            compare(
                    "record",
                    list.stream().map(Json::dumps).toList(),
                    reading.records(),
                    differences);
        }
    }

    private static void compareState(Case test, StreamReading reading, List<String> differences) {
        Object expected = test.expect().get("state");
        if (expected != null
                && !Objects.equals(withoutDuration(expected), withoutDuration(reading.state()))) {
            differences.add(
                    "The state is %s, and %s was expected."
                            .formatted(Json.dumps(reading.state()), Json.dumps(expected)));
        }
    }

    /** How long a reading took is kept in states too, and differs from machine to machine. */
    private static @Nullable Object withoutDuration(@Nullable Object state) {
        if (!(state instanceof Map<?, ?> map)) {
            return state;
        }
        Map<Object, @Nullable Object> rest = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (!LOOKBACK.equals(key)) {
                rest.put(key, withoutDuration(value));
            }
        });
        return rest;
    }

    private static void compareRequests(Case test, Recording recording, List<String> differences) {
        if (test.expect().get("requests") instanceof List<?> list) {
            compare(
                    "request",
                    list.stream().map(String::valueOf).toList(),
                    recording.asked(),
                    differences);
        }
    }

    /** As multisets: what is read in parallel comes in any order. */
    private static void compare(
            String what, List<String> expected, List<String> actual, List<String> differences) {
        List<String> missing = new ArrayList<>(expected);
        actual.forEach(missing::remove);
        List<String> unexpected = new ArrayList<>(actual);
        expected.forEach(unexpected::remove);
        missing.forEach(text -> differences.add("No %s %s".formatted(what, text)));
        unexpected.forEach(text -> differences.add("Unexpected %s %s".formatted(what, text)));
    }
}
