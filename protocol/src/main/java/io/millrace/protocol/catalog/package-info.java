/** What streams are called and how they are described on the wire. */
@NullMarked
package io.millrace.protocol.catalog;

import org.jspecify.annotations.NullMarked;
