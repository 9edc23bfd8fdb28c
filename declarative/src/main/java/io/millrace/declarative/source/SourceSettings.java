package io.millrace.declarative.source;

import io.millrace.declarative.http.HttpSettings;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.sdk.http.Pause;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a source gets from where it runs.
 *
 * @param clock the only clock that may be asked for the time of day
 * @param pause how to wait
 * @param log whom to tell
 * @param directory the folder of the manifest, where files that it names are
 * @param carriesManifest whether configurations that are to be kept hold the manifest itself, as
 *     platforms keep them for a connector that is started with a manifest
 * @param configFile where the configuration came from; a migrated one is written there
 * @param http how requests are sent
 */
public record SourceSettings(
        InstantSource clock,
        Pause pause,
        EngineLog log,
        Path directory,
        boolean carriesManifest,
        Optional<Path> configFile,
        HttpSettings http) {
    /** The key under which a configuration holds a manifest. */
    public static final String MANIFEST_KEY = "__injected_declarative_manifest";

    /** As a sync sends. */
    public SourceSettings(
            InstantSource clock,
            Pause pause,
            EngineLog log,
            Path directory,
            boolean carriesManifest,
            Optional<Path> configFile) {
        this(clock, pause, log, directory, carriesManifest, configFile, HttpSettings.SYNC);
    }

    /** {@code config}, with the manifest in it if that is wanted. */
    Map<String, Object> withManifest(Map<String, Object> config, Manifest manifest) {
        if (!carriesManifest) {
            return config;
        }
        Map<String, Object> carrying = new LinkedHashMap<>(config);
        carrying.put(MANIFEST_KEY, manifest.document());
        return carrying;
    }
}
