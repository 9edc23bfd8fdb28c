/**
 * The pipeline file: from YAML with places, over the environment's variables, to what a run is to
 * do. The door is {@link io.millrace.cli.pipeline.PipelineFile}.
 */
@NullMarked
package io.millrace.cli.pipeline;

import org.jspecify.annotations.NullMarked;
