/** Holds each folder of this module against the rules for manifests, and against its own tests. */
@NullMarked
package io.millrace.connector.manifests;

import org.jspecify.annotations.NullMarked;
