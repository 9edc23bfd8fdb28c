package io.millrace.declarative.pagination;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.SystemFailure;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code OffsetIncrement}: counts records, before filters. A page that has fewer than it was asked
 * for is the last; without a page size an empty one is.
 */
record ByOffset(Optional<PageSize> size, Context context, boolean onFirst)
        implements PaginationStrategy {
    private static final String RESPONSE = "response";

    static ByOffset compile(Definition definition, Compilation compilation) {
        return new ByOffset(
                PageSize.compile(definition, compilation),
                compilation.context(),
                definition.flag("inject_on_first_request", false));
    }

    @Override
    public Optional<Object> first() {
        return onFirst ? Optional.of(0L) : Optional.empty();
    }

    @Override
    public Optional<Object> after(Page page) throws InterruptedException {
        if (page.found() == 0 || (size.isPresent() && page.found() < requested(size.get(), page))) {
            return Optional.empty();
        }
        Object previous = page.token().orElse(0L);
        if (!(previous instanceof Long offset)) {
            throw new SystemFailure(
                    "The token of a page has to be a number to be counted on from; please report"
                            + " this.");
        }
        return Optional.of(offset + page.found());
    }

    private long requested(PageSize pageSize, Page page) throws InterruptedException {
        if (page.smaller().isPresent()) {
            return page.smaller().getAsLong();
        }
        return pageSize.evaluate(
                pageSize.dependsOn(RESPONSE)
                        ? context.with(RESPONSE, page.response().decode())
                        : context);
    }

    @Override
    public OptionalLong pageSize() {
        return size.isPresent()
                ? OptionalLong.of(size.get().evaluate(context))
                : OptionalLong.empty();
    }
}
