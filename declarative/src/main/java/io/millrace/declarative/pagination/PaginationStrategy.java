package io.millrace.declarative.pagination;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes the token of the next page from the page before alone: no state, so that reading can go on
 * from any token. Tokens are Python values.
 */
sealed interface PaginationStrategy permits ByCursor, ByOffset, ByPage {

    /** The token of the first request; empty where it carries none. */
    Optional<Object> first();

    /** The token of the page after {@code page}; empty where that was the last. */
    Optional<Object> after(Page page) throws InterruptedException;

    /** How many records a page is asked to have, if the manifest says so. */
    OptionalLong pageSize();
}
