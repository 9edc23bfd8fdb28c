/**
 * Drafts of manifests from descriptions of APIs: OpenAPI 3 and Swagger 2. The door is {@link
 * io.millrace.declarative.openapi.ManifestDraft}. A description tells requests and answers, but not
 * what pages, keys and cursors are; those are recognised by their names, and whatever was guessed
 * says so in a comment of the draft.
 */
@NullMarked
package io.millrace.declarative.openapi;

import org.jspecify.annotations.NullMarked;
