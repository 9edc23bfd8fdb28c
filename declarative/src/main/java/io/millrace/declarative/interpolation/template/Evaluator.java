package io.millrace.declarative.interpolation.template;

import org.jspecify.annotations.Nullable;

/** A compiled expression. */
@FunctionalInterface
interface Evaluator {
    @Nullable Object evaluate(Frame frame);
}
