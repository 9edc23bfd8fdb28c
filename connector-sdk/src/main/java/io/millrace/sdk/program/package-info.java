/**
 * Every connector as a program of Airbyte's protocol over standard streams, so that any compatible
 * platform can run it. The door is {@link io.millrace.sdk.program.ConnectorProgram}.
 */
@NullMarked
package io.millrace.sdk.program;

import org.jspecify.annotations.NullMarked;
