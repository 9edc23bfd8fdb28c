package io.millrace.declarative.recording;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.HttpObserver;
import io.millrace.declarative.http.OutgoingRequest;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes down exchanges. Every secret that it was told of is replaced by a word in its place
 * (invariant 7), the same everywhere, so that requests made with that word find their answers. Safe
 * for all threads.
 */
public final class Recorder implements HttpObserver {
    /** A shorter one would be found in everything. */
    private static final int SHORTEST_SECRET = 4;

    private final List<Exchange> exchanges = new ArrayList<>();
    private final Map<String, String> substitutes = new LinkedHashMap<>();

    /** {@code secret} is written as {@code substitute}. */
    public synchronized void hide(String secret, String substitute) {
        if (secret.length() >= SHORTEST_SECRET) {
            substitutes.putIfAbsent(secret, substitute);
        }
    }

    /** A token that was issued just now; see {@link #hide}. */
    public synchronized void hideToken(String token) {
        hide(token, "secret-token-" + (substitutes.size() + 1));
    }

    @Override
    public synchronized void exchanged(String requester, OutgoingRequest request, Answer answer) {
        exchanges.add(Exchange.of(request, answer));
    }

    /** What was written down, without secrets. */
    private synchronized List<Exchange> clean() {
        return exchanges.stream().map(exchange -> exchange.map(this::clean)).toList();
    }

    /** {@code text} without secrets. */
    public synchronized String clean(String text) {
        // The longest first: one may be a part of another.
        List<String> secrets =
                substitutes.keySet().stream()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList();
        String clean = text;
        for (String secret : secrets) {
            String substitute = substitutes.getOrDefault(secret, "");
            String form = URLEncoder.encode(secret, StandardCharsets.UTF_8);
            clean =
                    clean.replace(secret, substitute)
                            .replace(form, substitute)
                            .replace(form.replace("+", "%20"), substitute);
        }
        return clean;
    }

    /** The requests that were made, without secrets. */
    public List<String> requests() {
        return clean().stream().map(Exchange::request).toList();
    }

    /** Writes the recording to {@code file}, whose folder is made. */
    public void save(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        List<String> lines = clean().stream().map(Exchange::toLine).toList();
        Files.write(file, lines, StandardCharsets.UTF_8);
    }
}
