/**
 * Templates in manifests: text with Jinja expressions that becomes a typed value, with exactly the
 * meaning that the reference engine gives it. Start at {@link
 * io.millrace.declarative.interpolation.Interpolation}, which compiles; what it makes ({@link
 * io.millrace.declarative.interpolation.InterpolatedString} and its siblings) is evaluated with a
 * {@link io.millrace.declarative.interpolation.Context} of variables.
 *
 * <p>Records, configurations and all other values are plain Java objects; {@code
 * interpolation.python} says which. {@link io.millrace.declarative.interpolation.python.Json#read}
 * makes them from JSON.
 */
@NullMarked
package io.millrace.declarative.interpolation;

import org.jspecify.annotations.NullMarked;
