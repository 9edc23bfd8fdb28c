package io.millrace.declarative.authentication;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that live in the configuration, since the API invalidates a refresh token with its use:
 * whoever keeps the configuration is told when they change, before the new ones are used.
 */
final class ConfigurationTokens implements OAuth.TokenStore {
    private final List<String> accessPath;
    private final List<String> refreshPath;
    private final List<String> expiryPath;
    private final Compilation compilation;

    ConfigurationTokens(Definition updater, Compilation compilation) {
        this.accessPath = path(updater, "access_token");
        this.refreshPath = path(updater, "refresh_token");
        this.expiryPath = path(updater, "token_expiry_date");
        this.compilation = compilation;
    }

    private static List<String> path(Definition updater, String name) {
        List<String> path = updater.texts(name + "_config_path");
        return path.isEmpty() ? List.of("credentials", name) : path;
    }

    /** The refresh token to use next. */
    String refreshToken() {
        return find(compilation.config(), refreshPath).orElse("");
    }

    @Override
    public Optional<String> accessToken() {
        return find(compilation.config(), accessPath).filter(token -> !token.isEmpty());
    }

    /** Nothing there means long ago. */
    @Override
    public Instant expiry() {
        return find(compilation.config(), expiryPath)
                .filter(text -> !text.isEmpty())
                .flatMap(FlexibleDates::parse)
                .orElseGet(() -> compilation.clock().instant().minus(Duration.ofDays(1)));
    }

    @Override
    public void put(String accessToken, Optional<String> refreshToken, Instant expiry) {
        Map<String, Object> config = compilation.config();
        set(config, accessPath, accessToken);
        refreshToken.ifPresent(token -> set(config, refreshPath, token));
        set(config, expiryPath, FlexibleDates.print(expiry));
        // Before anyone sends the new token: who dies now has told what to go on with.
        compilation.log().configuration(Collections.unmodifiableMap(new LinkedHashMap<>(config)));
    }

    /** A text of the configuration; empty where there is none. */
    static Optional<String> find(Map<String, Object> config, List<String> path) {
        Object value = config;
        for (String key : path) {
            value = value instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return value == null ? Optional.empty() : Optional.of(Python.str(value));
    }

    /** Inner objects are replaced rather than changed, since templates may be reading them. */
    private static void set(Map<String, Object> config, List<String> path, String value) {
        config.put(path.getFirst(), changed(config.get(path.getFirst()), path, 1, value));
    }

    private static Object changed(
            @Nullable Object present, List<String> path, int depth, String value) {
        if (depth == path.size()) {
            return value;
        }
        Map<Object, Object> copy =
                present instanceof Map<?, ?> map ? new LinkedHashMap<>(map) : new LinkedHashMap<>();
        String key = path.get(depth);
        copy.put(key, changed(copy.get(key), path, depth + 1, value));
        return copy;
    }
}
