/**
 * Options as annotated records. One declaration gives the specification (and so the form), the
 * validation, the lint, the masking of secrets and the reference page.
 */
@NullMarked
package io.millrace.sdk.option;

import org.jspecify.annotations.NullMarked;
