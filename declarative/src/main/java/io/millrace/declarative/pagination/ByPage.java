package io.millrace.declarative.pagination;

import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.SystemFailure;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code PageIncrement}: counts pages. A page that has fewer records than it was asked for, before
 * filters, is the last; without a page size an empty one is.
 */
record ByPage(OptionalLong pageSize, long start, boolean onFirst) implements PaginationStrategy {

    static ByPage compile(Definition definition, Compilation compilation) {
        return new ByPage(
                PageSize.compile(definition, compilation)
                        .map(size -> OptionalLong.of(size.evaluate(compilation.context())))
                        .orElseGet(OptionalLong::empty),
                definition.findInteger("start_from_page").orElse(0),
                definition.flag("inject_on_first_request", false));
    }

    @Override
    public Optional<Object> first() {
        return onFirst ? Optional.of(start) : Optional.empty();
    }

    @Override
    public Optional<Object> after(Page page) throws InterruptedException {
        if (page.found() == 0 || (pageSize.isPresent() && page.found() < pageSize.getAsLong())) {
            return Optional.empty();
        }
        Object previous = page.token().orElse(start);
        if (!(previous instanceof Long number)) {
            throw new SystemFailure(
                    "The token of a page has to be a number to be counted on from; please report"
                            + " this.");
        }
        return Optional.of(number + 1);
    }
}
