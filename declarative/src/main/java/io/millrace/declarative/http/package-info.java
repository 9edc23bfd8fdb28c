/**
 * Requests to an API and what comes back: how a request is put together from a manifest's parts,
 * sent, tried again, held back and answered from a cache. The rest of the engine sends {@link
 * io.millrace.declarative.http.Call}s with {@link io.millrace.declarative.http.Requester}s.
 */
@NullMarked
package io.millrace.declarative.http;

import org.jspecify.annotations.NullMarked;
