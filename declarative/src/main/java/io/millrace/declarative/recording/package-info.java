/**
 * What an API answered, kept in files: {@link io.millrace.declarative.recording.Recorder} writes it
 * down without secrets, {@link io.millrace.declarative.recording.Recording} gives it again, and
 * {@link io.millrace.declarative.recording.ManifestTests} tells whether a manifest still reads from
 * it what it should.
 */
@NullMarked
package io.millrace.declarative.recording;

import org.jspecify.annotations.NullMarked;
