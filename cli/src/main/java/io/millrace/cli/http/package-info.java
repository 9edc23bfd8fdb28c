/**
 * Calls of web services that the commands make for themselves, such as object stores and keepers of
 * secrets. The door is {@link io.millrace.cli.http.HttpCalls}.
 */
@NullMarked
package io.millrace.cli.http;

import org.jspecify.annotations.NullMarked;
