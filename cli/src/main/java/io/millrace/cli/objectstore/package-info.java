/**
 * Objects in buckets, by the API of Amazon's S3, which others speak too: read, written under
 * conditions, listed. The door is {@link io.millrace.cli.objectstore.Bucket}.
 */
@NullMarked
package io.millrace.cli.objectstore;

import org.jspecify.annotations.NullMarked;
