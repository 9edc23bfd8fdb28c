/**
 * How a source talks to an API over HTTP: {@link io.millrace.sdk.http.ApiClient} sends {@link
 * io.millrace.sdk.http.ApiRequest}s, waits where the API asks to, tries again what may pass, and
 * turns pages, with an {@link io.millrace.sdk.http.Authorization}, a {@link
 * io.millrace.sdk.http.CallRate} and a {@link io.millrace.sdk.http.Pagination}. What the engine of
 * manifests needs of it, too, lies here as well: throttles, proxies, certificates.
 */
@NullMarked
package io.millrace.sdk.http;

import org.jspecify.annotations.NullMarked;
