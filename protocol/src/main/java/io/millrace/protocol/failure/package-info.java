/** What goes wrong, by who is to act: the user, time, or us. */
@NullMarked
package io.millrace.protocol.failure;

import org.jspecify.annotations.NullMarked;
