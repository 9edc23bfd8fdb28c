/**
 * Keeping secrets out of texts (invariant 7): {@link io.millrace.protocol.secret.SecretFields}
 * finds them in a configuration, {@link io.millrace.protocol.secret.SecretMasker} masks them.
 */
@NullMarked
package io.millrace.protocol.secret;

import org.jspecify.annotations.NullMarked;
