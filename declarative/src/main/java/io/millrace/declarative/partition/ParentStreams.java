package io.millrace.declarative.partition;

import io.millrace.declarative.manifest.Definition;

/** Makes the streams that partition routers read as parents. */
@FunctionalInterface
public interface ParentStreams {
    /** The stream of a {@code ParentStreamConfig}. */
    ParentStream parent(Definition stream);
}
