package io.millrace.declarative.authentication;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.LiteralType;
import io.millrace.declarative.interpolation.python.Python;
import java.util.Set;

/** Templates of keys, passwords and tokens. */
final class Secrets {
    private static final Set<LiteralType> TEXT = Set.of(LiteralType.STRING);

    private Secrets() {}

    /**
     * The text that a template renders to. The reference reads it as a literal, by which a key such
     * as {@code 12e5} becomes {@code 1200000.0}; here it stays what it is.
     */
    static String text(InterpolatedString template, Context context) {
        return Python.str(template.evaluate(context, TEXT));
    }
}
