/**
 * JSON schemas of draft 7 over Python values: of configurations, and of manifests themselves.
 * {@link io.millrace.declarative.jsonschema.JsonSchema} is the door.
 */
@NullMarked
package io.millrace.declarative.jsonschema;

import org.jspecify.annotations.NullMarked;
