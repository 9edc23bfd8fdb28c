package io.millrace.sdk;

import java.nio.file.Path;
import java.time.Clock;

/**
 * What a connector gets from where it runs.
 *
 * @param clock the only clock that may be asked for the time of day
 * @param directory relative paths in options start here: the pipeline file's folder, or the working
 *     directory
 * @param cache a folder for what may be lost, such as unpacked libraries; may not exist yet
 */
public record ConnectorContext(Clock clock, Path directory, Path cache) {

    /** {@code path} if it is absolute, else below {@link #directory}. */
    public Path resolve(String path) {
        return directory.resolve(path).normalize();
    }
}
