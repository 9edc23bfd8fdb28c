/**
 * The template language (Jinja 3.1 as the reference engine configures it: sandboxed, nothing
 * escaped, one trailing line end dropped, lenient about what isn't there, no loader): text becomes
 * tokens, a tree, and closures that render it. The door is {@link
 * io.millrace.declarative.interpolation.template.Template}.
 */
@NullMarked
package io.millrace.declarative.interpolation.template;

import org.jspecify.annotations.NullMarked;
