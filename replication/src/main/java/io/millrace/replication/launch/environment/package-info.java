/**
 * Environments for the packages of other languages: each is made once for what it holds, kept in
 * the cache, and from then on needs no registry. The door is {@link
 * io.millrace.replication.launch.environment.EnvironmentCache}.
 */
@NullMarked
package io.millrace.replication.launch.environment;

import org.jspecify.annotations.NullMarked;
