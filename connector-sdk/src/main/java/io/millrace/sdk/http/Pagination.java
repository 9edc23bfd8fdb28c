package io.millrace.sdk.http;

import io.millrace.protocol.failure.SystemFailure;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * How an API wants to be asked for page after page. Decided from the last page alone: there is no
 * state, so that reading can begin at any page.
 */
public sealed interface Pagination {

    /** The request for the first page. */
    default ApiRequest first(ApiRequest request) {
        return request;
    }

    /** The request for the page after {@code page}; empty where that was the last. */
    Optional<ApiRequest> after(Page page);

    /**
     * A page that has come.
     *
     * @param number of the page, from 0
     * @param recordsBefore how many records the pages before it had
     * @param records how many it has
     */
    record Page(ApiRequest asked, ApiAnswer answer, long number, long recordsBefore, int records) {}

    /** Everything comes at once. */
    record Single() implements Pagination {
        @Override
        public Optional<ApiRequest> after(Page page) {
            return Optional.empty();
        }
    }

    /**
     * Counts records: {@code offset=0}, {@code offset=100}, … A page shorter than {@code pageSize}
     * is the last.
     */
    record ByOffset(String offsetParameter, String sizeParameter, int pageSize)
            implements Pagination {
        public ByOffset {
            requirePositive(pageSize);
        }

        @Override
        public ApiRequest first(ApiRequest request) {
            return request.with(offsetParameter, 0).with(sizeParameter, pageSize);
        }

        @Override
        public Optional<ApiRequest> after(Page page) {
            return page.records() < pageSize
                    ? Optional.empty()
                    : Optional.of(
                            page.asked()
                                    .with(offsetParameter, page.recordsBefore() + page.records()));
        }
    }

    /** Counts pages: {@code page=1}, {@code page=2}, … A short page is the last. */
    record ByPage(String pageParameter, int firstPage, String sizeParameter, int pageSize)
            implements Pagination {
        public ByPage {
            requirePositive(pageSize);
        }

        @Override
        public ApiRequest first(ApiRequest request) {
            return request.with(pageParameter, firstPage).with(sizeParameter, pageSize);
        }

        @Override
        public Optional<ApiRequest> after(Page page) {
            return page.records() < pageSize
                    ? Optional.empty()
                    : Optional.of(page.asked().with(pageParameter, firstPage + page.number() + 1));
        }
    }

    /**
     * Hands back a token that each answer carries. No token, or an empty one, is the end.
     *
     * @param parameter of the query, which takes the token
     * @param pointer where the token is in an answer, such as {@code /meta/next}
     */
    record ByToken(String parameter, String pointer) implements Pagination {
        @Override
        public Optional<ApiRequest> after(Page page) {
            return find(page, pointer).map(token -> page.asked().with(parameter, token));
        }
    }

    /**
     * Goes where each answer says that its next page is. No address, or an empty one, is the end.
     *
     * @param pointer where the address is in an answer, such as {@code /links/next}
     */
    record ByAddress(String pointer) implements Pagination {
        @Override
        public Optional<ApiRequest> after(Page page) {
            return find(page, pointer).map(page.asked()::to);
        }
    }

    /** Goes where the header {@code Link} says that the page with {@code rel="next"} is. */
    record ByLink() implements Pagination {
        private static final Pattern LINK = Pattern.compile("<([^>]*)>([^<]*)");
        private static final Pattern NEXT =
                Pattern.compile(";\\s*rel\\s*=\\s*(\"([^\"]*\\s)?next(\\s[^\"]*)?\"|next\\b)");

        @Override
        public Optional<ApiRequest> after(Page page) {
            Matcher link = LINK.matcher(page.answer().headers().find("Link").orElse(""));
            while (link.find()) {
                if (NEXT.matcher(link.group(2)).find()) {
                    return Optional.of(page.asked().to(link.group(1).strip()));
                }
            }
            return Optional.empty();
        }
    }

    private static Optional<String> find(Page page, String pointer) {
        JsonNode found = page.answer().json().at(pointer);
        if (found.isContainer()) {
            throw new SystemFailure(
                    "The answer to %s has no token of a next page at \"%s\", but more than that."
                            .formatted(page.asked(), pointer));
        }
        return found.asStringOpt().filter(text -> !text.isEmpty());
    }

    private static void requirePositive(int pageSize) {
        if (pageSize < 1) {
            throw new IllegalArgumentException("a page of %d records".formatted(pageSize));
        }
    }
}
