/**
 * What templates have at hand: the filters and tests of the template language, those that the
 * reference engine adds or replaces, and its macros. The door is {@link
 * io.millrace.declarative.interpolation.library.StandardLibrary}.
 */
@NullMarked
package io.millrace.declarative.interpolation.library;

import org.jspecify.annotations.NullMarked;
