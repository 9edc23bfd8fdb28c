package io.millrace.declarative.http;

import io.millrace.declarative.authentication.Authenticators;
import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.sdk.http.Pause;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A held clock, skipped waits, and what is told meanwhile, for tests that send requests. */
public final class HttpFixture implements AutoCloseable {
    public static final Instant NOW = Instant.parse("2024-05-06T07:08:09.123456Z");

    public final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
    public final List<String> logged = Collections.synchronizedList(new ArrayList<>());
    public final List<String> rateLimited = Collections.synchronizedList(new ArrayList<>());
    public final List<String> secrets = Collections.synchronizedList(new ArrayList<>());
    public final List<Map<String, Object>> configurations =
            Collections.synchronizedList(new ArrayList<>());
    private final List<HttpEngine> engines = new ArrayList<>();
    private volatile Instant now = NOW;

    public HttpFixture() {}

    public void advance(Duration duration) {
        now = now.plus(duration);
    }

    /** JSON with single quotes. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> map(String json) {
        return (Map<String, Object>) Json.parse(json.replace('\'', '"'));
    }

    public static Definition definition(String json) {
        return Definition.of(map(json), "streams[0].retriever.requester");
    }

    public Compilation compilation(String config) {
        InstantSource clock = () -> now;
        Pause pause = waits::add;
        EngineLog log =
                new EngineLog() {
                    @Override
                    public void log(LogLevel level, String message) {
                        logged.add(level + " " + message);
                    }

                    @Override
                    public void rateLimited(String streamName) {
                        rateLimited.add(streamName);
                    }

                    @Override
                    public void configuration(Map<String, Object> configuration) {
                        configurations.add(configuration);
                    }

                    @Override
                    public void secret(String secret) {
                        secrets.add(secret);
                    }
                };
        return new Compilation(
                Interpolation.of(clock), new LinkedHashMap<>(map(config)), clock, pause, log);
    }

    public HttpEngine engine(String config) {
        return engine(config, Optional.empty());
    }

    public HttpEngine engine(String config, Optional<Definition> budget) {
        return engine(config, budget, Reach.ofSync());
    }

    HttpEngine engine(String config, Optional<Definition> budget, Reach reach) {
        HttpEngine engine =
                HttpEngine.open(
                        compilation(config),
                        budget,
                        new Authenticators(),
                        HttpSettings.SYNC,
                        reach);
        engines.add(engine);
        return engine;
    }

    /** A requester of the stream s. */
    public Requester requester(String definition, String config) {
        return engine(config).requester(definition(definition), "s", false);
    }

    /** A call of a first page. */
    public static Call call(HttpEngine engine) {
        return Call.of(
                engine.compilation()
                        .context()
                        .with("stream_slice", null)
                        .with("next_page_token", null));
    }

    /** Sends a request of a requester without configuration. */
    public Optional<Answer> send(String definition) throws InterruptedException {
        return send(definition, "{}");
    }

    public Optional<Answer> send(String definition, String config) throws InterruptedException {
        HttpEngine engine = engine(config);
        return engine.requester(definition(definition), "s", false).send(call(engine));
    }

    /** The waits in seconds. */
    public List<Long> seconds() {
        return waits.stream().map(Duration::toSeconds).toList();
    }

    @Override
    public void close() {
        engines.forEach(HttpEngine::close);
    }
}
