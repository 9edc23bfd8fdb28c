/**
 * Which page to ask for next. {@link io.millrace.declarative.pagination.Paginator} is the door: it
 * compiles a manifest's paginator and turns tokens into what requests carry; the strategies that
 * make the tokens are {@link io.millrace.declarative.pagination.PaginationStrategy}.
 */
@NullMarked
package io.millrace.declarative.pagination;

import org.jspecify.annotations.NullMarked;
