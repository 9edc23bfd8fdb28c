/**
 * Templates of connectors in several languages: complete, small and working. They lie among the
 * resources; {@code index.json} there lists them. The door is {@link
 * io.millrace.cli.template.Templates}.
 */
@NullMarked
package io.millrace.cli.template;

import org.jspecify.annotations.NullMarked;
