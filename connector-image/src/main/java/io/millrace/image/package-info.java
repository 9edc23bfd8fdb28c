/**
 * Makes images of connectors in Java with Jib, without an engine and without rights. A program of
 * its own: {@link io.millrace.image.ImageBuilder} is started by {@code connector build}, so that
 * nothing else meets its libraries.
 */
@NullMarked
package io.millrace.image;

import org.jspecify.annotations.NullMarked;
