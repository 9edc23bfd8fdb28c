/** JSON as the protocol needs it: numbers exact, unknown properties and unknown names kept. */
@NullMarked
package io.millrace.protocol.json;

import org.jspecify.annotations.NullMarked;
