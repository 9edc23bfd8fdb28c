package io.millrace.declarative.http;

/** What an error handler makes of an answer, by its name in manifests (reference 3.5). */
enum Action {
    SUCCESS,
    RETRY,
    FAIL,
    IGNORE,
    RESET_PAGINATION,
    RATE_LIMITED,
    REFRESH_TOKEN_THEN_RETRY,
    REDUCE_PAGE_SIZE,
    SPLIT_REQUEST_WINDOW
}
