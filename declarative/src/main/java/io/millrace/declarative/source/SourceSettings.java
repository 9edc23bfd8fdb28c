package io.millrace.declarative.source;

import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.Pause;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * What a source gets from where it runs.
 *
 * @param clock the only clock that may be asked for the time of day
 * @param pause how to wait
 * @param log whom to tell
 * @param directory the folder of the manifest, where files that it names are
 */
public record SourceSettings(InstantSource clock, Pause pause, EngineLog log, Path directory) {}
