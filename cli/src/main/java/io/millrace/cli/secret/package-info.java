/**
 * Credentials that connectors are tested with: fetched from where they are kept into a connector's
 * {@code secrets} folder, and written back where a run has rotated them. The doors are {@link
 * io.millrace.cli.secret.ConnectorSecrets} and {@link io.millrace.cli.secret.SecretKeepers}.
 */
@NullMarked
package io.millrace.cli.secret;

import org.jspecify.annotations.NullMarked;
