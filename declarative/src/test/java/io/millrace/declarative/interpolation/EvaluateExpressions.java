package io.millrace.declarative.interpolation;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A program that answers templates on its standard input, with the clock held at {@code
 * MILLRACE_NOW} if that is set.
 */
final class EvaluateExpressions {
    private EvaluateExpressions() {}

    public static void main(String[] arguments) throws IOException {
        InstantSource clock =
                Optional.ofNullable(System.getenv("MILLRACE_NOW"))
                        .map(Instant::parse)
                        .map(InstantSource::fixed)
                        .orElse(InstantSource.system());
        new EvaluationLines(Interpolation.of(clock)).evaluate(System.in, System.out);
    }
}
