package io.millrace.declarative.pagination;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.util.Optional;

/** How many records a page has: a number, or the template of one. */
final class PageSize {
    private static final String FIELD = "page_size";

    private final InterpolatedString template;
    private final String path;

    private PageSize(InterpolatedString template, String path) {
        this.template = template;
        this.path = path;
    }

    /** The page size of a strategy, if it has one. */
    static Optional<PageSize> compile(Definition strategy, Compilation compilation) {
        return compilation
                .findString(strategy, FIELD)
                .map(template -> new PageSize(template, strategy.path()));
    }

    /** Whether the size depends on the answer. */
    boolean dependsOn(String variable) {
        return template.variables().contains(variable);
    }

    /** The size; fails where it is no integer. */
    long evaluate(Context context) {
        return switch (template.evaluate(context)) {
            case Long size -> size;
            // A flag is an integer in the language of the templates.
            case Boolean flag -> flag ? 1 : 0;
            case null -> throw malformed("None");
            case Object other -> throw malformed(Python.typeName(other));
        };
    }

    private SyncFailure malformed(String found) {
        return new SystemFailure(
                "The manifest is not valid: %s.%s has to be an integer, and \"%s\" gives %s."
                        .formatted(path, FIELD, template.template(), found));
    }
}
