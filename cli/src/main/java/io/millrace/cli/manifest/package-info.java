/**
 * Manifests as sources of pipelines: {@link io.millrace.cli.manifest.ManifestLauncher} is the door.
 */
@NullMarked
package io.millrace.cli.manifest;

import org.jspecify.annotations.NullMarked;
