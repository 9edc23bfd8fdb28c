/**
 * How a manifest's requests prove who they are (reference 4): keys, passwords, tokens that are
 * fetched and renewed, signed tokens. The door is {@link
 * io.millrace.declarative.authentication.Authenticators}.
 */
@NullMarked
package io.millrace.declarative.authentication;

import org.jspecify.annotations.NullMarked;
