/**
 * What is wrong with a manifest, or may be, with line and column: {@link
 * io.millrace.declarative.lint.ManifestLint}. Nothing is run and nothing is asked of an API.
 */
@NullMarked
package io.millrace.declarative.lint;

import org.jspecify.annotations.NullMarked;
