/** The protocol's messages as records, and the doors through which they come and go as JSON. */
@NullMarked
package io.millrace.protocol.message;

import org.jspecify.annotations.NullMarked;
