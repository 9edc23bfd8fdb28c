package io.millrace.declarative.interpolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.declarative.interpolation.python.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Replays what the reference engine made of thousands of templates, where those recordings lie
 * beside the checkout.
 */
class RecordedExpressionsTest {
    private static final Path RECORDINGS = Path.of("shared", "conformance", "expressions.json.gz");

    @Test
    void everyRecordedTemplateHasTheValueThatTheReferenceGaveIt() throws IOException {
        Optional<Path> file = find();
        assumeThat(file).as("recordings at ../%s", RECORDINGS).isPresent();
        Map<?, ?> recorded = read(file.orElseThrow());
        var lines =
                new EvaluationLines(
                        Interpolation.of(
                                InstantSource.fixed(Instant.parse((String) recorded.get("now")))));
        List<String> differences = new ArrayList<>();
        int count = 0;
        for (Object evaluation : (List<?>) recorded.get("evaluations")) {
            Map<?, ?> example = (Map<?, ?>) evaluation;
            Map<String, Object> request = new LinkedHashMap<>();
            for (String key : List.of("kind", "template", "context", "valid")) {
                if (example.containsKey(key)) {
                    request.put(key, example.get(key));
                }
            }
            Map<?, ?> answer =
                    (Map<?, ?>)
                            Objects.requireNonNull(Json.parse(lines.evaluate(Json.dumps(request))));
            Map<?, ?> expected = (Map<?, ?>) example.get("expect");
            boolean same =
                    expected.containsKey("error")
                            ? answer.containsKey("error")
                            : answer.containsKey("value")
                                    && Objects.equals(answer.get("value"), expected.get("value"));
            if (!same) {
                differences.add(
                        "%s: ours %s, the reference's %s".formatted(request, answer, expected));
            }
            count++;
        }
        assertThat(differences).isEmpty();
        assertThat(count).isPositive();
    }

    private static Optional<Path> find() {
        return Stream.iterate(Path.of("").toAbsolutePath(), Objects::nonNull, Path::getParent)
                .map(directory -> directory.resolve(RECORDINGS))
                .filter(Files::exists)
                .findFirst();
    }

    private static Map<?, ?> read(Path file) throws IOException {
        try (InputStream input = new GZIPInputStream(Files.newInputStream(file))) {
            return (Map<?, ?>)
                    Objects.requireNonNull(
                            Json.parse(new String(input.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }
}
