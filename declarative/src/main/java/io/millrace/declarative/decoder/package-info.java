/**
 * From the body of an answer to the elements that records are extracted from. {@link
 * io.millrace.declarative.decoder.Decoder#compile} makes a decoder of its definition.
 */
@NullMarked
package io.millrace.declarative.decoder;

import org.jspecify.annotations.NullMarked;
