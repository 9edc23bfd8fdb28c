/**
 * The program as it ships: {@link io.millrace.distribution.Main} is its door, and the one place
 * that sees every other part.
 */
@NullMarked
package io.millrace.distribution;

import org.jspecify.annotations.NullMarked;
