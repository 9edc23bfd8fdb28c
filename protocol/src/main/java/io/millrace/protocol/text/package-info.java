/** What people write and read in texts: durations, and names that are nearly right. */
@NullMarked
package io.millrace.protocol.text;

import org.jspecify.annotations.NullMarked;
