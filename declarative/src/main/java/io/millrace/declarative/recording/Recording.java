package io.millrace.declarative.recording;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.OutgoingRequest;
import io.millrace.declarative.http.RecordedApi;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers of an API, given again: the n-th time that a request is made the n-th answer that it got,
 * and from its last one on that. Safe for all threads.
 */
public final class Recording implements RecordedApi {
    private final Map<String, List<Exchange>> answers = new HashMap<>();
    private final Map<String, Integer> given = new HashMap<>();
    private final List<String> asked = new ArrayList<>();

    Recording(List<Exchange> exchanges) {
        for (Exchange exchange : exchanges) {
            answers.computeIfAbsent(exchange.request(), _ -> new ArrayList<>()).add(exchange);
        }
    }

    /**
     * The recording in {@code file}: a JSON line for each exchange.
     *
     * @throws ConfigurationFailure where it can't be read
     */
    public static Recording load(Path file) {
        List<Exchange> exchanges = new ArrayList<>();
        try {
            int number = 0;
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                number++;
                if (!line.isBlank()) {
                    exchanges.add(Exchange.parse(line, "Line %d of %s".formatted(number, file)));
                }
            }
        } catch (NoSuchFileException missing) {
            throw new ConfigurationFailure(
                    "There is no recording %s. Check the path.".formatted(file),
                    missing.toString(),
                    missing);
        } catch (IOException unreadable) {
            throw new ConfigurationFailure(
                    "The recording %s can't be read.".formatted(file),
                    unreadable.toString(),
                    unreadable);
        }
        return new Recording(exchanges);
    }

    @Override
    public synchronized Answer answer(OutgoingRequest request) throws IOException {
        String key = Exchange.describe(request);
        asked.add(key);
        List<Exchange> recorded = answers.getOrDefault(key, List.of());
        if (recorded.isEmpty()) {
            throw new IOException("No answer to %s was recorded.".formatted(key));
        }
        int time = given.merge(key, 1, Integer::sum);
        return recorded.get(Math.min(time, recorded.size()) - 1).answer(request);
    }

    /** What was asked until now, in no certain order where streams are read in parallel. */
    synchronized List<String> asked() {
        return List.copyOf(asked);
    }
}
