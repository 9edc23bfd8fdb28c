package io.millrace.declarative.pagination;

import io.millrace.declarative.http.HeaderViews;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedBoolean;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.template.PageBound;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.SourceRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code CursorPagination}: the answer itself says how to ask for the next page. What the templates
 * don't name is not made for them, above all the tree of the answer.
 */
record ByCursor(
        InterpolatedString value,
        Optional<InterpolatedBoolean> stop,
        OptionalLong pageSize,
        Context context,
        Set<String> used)
        implements PaginationStrategy {

    private static final String REQUESTED = "page_size";

    static ByCursor compile(Definition definition, Compilation compilation) {
        InterpolatedString value = compilation.string(definition, "cursor_value");
        Optional<InterpolatedBoolean> stop =
                compilation.findCondition(definition, "stop_condition");
        Set<String> used = new HashSet<>(value.variables());
        stop.ifPresent(condition -> used.addAll(condition.variables()));
        OptionalLong pageSize =
                PageSize.compile(definition, compilation)
                        .map(size -> OptionalLong.of(size.evaluate(compilation.context())))
                        .orElseGet(OptionalLong::empty);
        // Compared with nothing, every page would be the last one.
        for (String field : List.of("cursor_value", "stop_condition")) {
            if (pageSize.isEmpty()
                    && PageBound.readsRequested(definition.findText(field).orElse(""))) {
                throw definition.malformed(
                        field, "a template without page_size where the strategy has no page_size");
            }
        }
        return new ByCursor(value, stop, pageSize, compilation.context(), Set.copyOf(used));
    }

    @Override
    public Optional<Object> first() {
        return Optional.empty();
    }

    @Override
    public Optional<Object> after(Page page) throws InterruptedException {
        Context variables =
                context.with(
                                "response",
                                used.contains("response") ? page.response().decode() : null)
                        .with("headers", used.contains("headers") ? headers(page) : null)
                        .with("last_record", used.contains("last_record") ? last(page) : null)
                        .with("last_page_size", page.emitted())
                        .with(REQUESTED, requested(page))
                        .with("stream_slice", page.slice());
        if (stop.isPresent() && stop.get().evaluate(variables)) {
            return Optional.empty();
        }
        return Optional.ofNullable(value.evaluate(variables)).filter(Python::isTrue);
    }

    private @Nullable Object requested(Page page) {
        OptionalLong size = page.smaller().isPresent() ? page.smaller() : pageSize;
        return size.isPresent() ? size.getAsLong() : null;
    }

    private static @Nullable Object last(Page page) {
        return page.last().map(SourceRecord::value).orElse(null);
    }

    /**
     * Under the names that the server wrote, and {@code link} as the mapping that it stands for.
     */
    private static Map<String, Object> headers(Page page) {
        Map<String, Object> headers = HeaderViews.asSent(page.answer().headers());
        headers.put("link", Links.parse(page.answer().headers().find("Link").orElse("")));
        return headers;
    }
}
