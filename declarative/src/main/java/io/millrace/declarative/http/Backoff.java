package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Numbers;
import io.millrace.declarative.interpolation.python.Patterns;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.sdk.http.Headers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** How long to wait before a request is tried again (reference 3.7). */
sealed interface Backoff {

    /**
     * The wait in seconds; nothing, or zero, if this strategy has none for the attempt.
     *
     * @param count how many attempts were made, from 1
     * @throws TransientFailure where the wait is longer than the manifest allows
     */
    OptionalDouble wait(Attempt attempt, int count);

    static Backoff compile(Definition definition, Compilation compilation) {
        Context context = compilation.context();
        return switch (definition.type()) {
            case "ConstantBackoffStrategy" ->
                    new Constant(
                            number(definition, "backoff_time_in_seconds", compilation)
                                    .orElseThrow(() ->
                                            definition.malformed(
                                                    "backoff_time_in_seconds", "a number")),
                            jitter(definition),
                            context);
            case "ExponentialBackoffStrategy" ->
                    new Exponential(factor(definition, compilation), jitter(definition), context);
            case "WaitTimeFromHeader" ->
                    new FromHeader(
                            header(definition, compilation),
                            limit(definition, compilation),
                            context);
            case "WaitUntilTimeFromHeader" ->
                    new UntilHeader(
                            header(definition, compilation),
                            number(definition, "min_wait", compilation),
                            limit(definition, compilation),
                            compilation.clock(),
                            context);
            case "WaitTimeFromResponse" ->
                    new FromResponse(
                            compilation.string(definition, "wait_time_in_seconds"),
                            limit(definition, compilation),
                            context);
            case "CustomBackoffStrategy" -> throw CustomComponents.refused(definition);
            default ->
                    throw definition.unknownType(
                            "ConstantBackoffStrategy, ExponentialBackoffStrategy,"
                                    + " WaitTimeFromHeader or WaitUntilTimeFromHeader");
        };
    }

    private static Optional<InterpolatedString> number(
            Definition definition, String field, Compilation compilation) {
        return definition
                .findText(field)
                .filter(text -> !text.isEmpty())
                .map(text -> compilation.string(text, definition));
    }

    /** A factor of nothing is the default one. */
    private static InterpolatedString factor(Definition definition, Compilation compilation) {
        boolean isSet = Python.isTrue(definition.value("factor"));
        return compilation.string(isSet ? definition.text("factor") : "5", definition);
    }

    private static OptionalDouble jitter(Definition definition) {
        Object value = definition.value("jitter_range_in_seconds");
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(Python.toReal(value));
    }

    private static HeaderNumber header(Definition definition, Compilation compilation) {
        return new HeaderNumber(
                compilation.string(definition, "header"),
                compilation
                        .findString(definition, "regex")
                        .filter(text -> !text.template().isEmpty()));
    }

    private static OptionalDouble limit(Definition definition, Compilation compilation) {
        String field = "max_waiting_time_in_seconds";
        Optional<InterpolatedString> template = compilation.findString(definition, field);
        if (template.isEmpty()) {
            return OptionalDouble.empty();
        }
        try {
            double limit = Python.toReal(template.get().evaluate(compilation.context()));
            if (Double.isFinite(limit)) {
                return OptionalDouble.of(limit);
            }
        } catch (PythonError _) {
            // Told below: it isn't a number.
            throw notANumber(definition, field);
        }
        throw notANumber(definition, field);
    }

    private static SystemFailure notANumber(Definition definition, String field) {
        return new SystemFailure(
                ("The manifest doesn't tell how long to wait at most: %s.%s is not a number of"
                                + " seconds for this configuration.")
                        .formatted(definition.path(), field));
    }

    private static double jittered(double wait, OptionalDouble jitter) {
        return jitter.isEmpty() || jitter.getAsDouble() <= 0
                ? wait
                : ThreadLocalRandom.current().nextDouble(wait, wait + jitter.getAsDouble() * 2);
    }

    private static void check(double wait, OptionalDouble limit) {
        if (limit.isPresent() && wait >= limit.getAsDouble()) {
            throw new TransientFailure(
                    "The API asks to wait longer than the manifest allows. Run the sync again"
                            + " later.",
                    "It asks for %.0f s, and less than %.0f s are allowed."
                            .formatted(wait, limit.getAsDouble()));
        }
    }

    /** A number in a header, or in the part of it that a pattern picks out of its start. */
    record HeaderNumber(InterpolatedString name, Optional<InterpolatedString> pattern) {

        OptionalDouble find(Attempt attempt, Context context) {
            Optional<String> found =
                    attempt.answer()
                            .flatMap(answer ->
                                    answer.headers().find(Python.str(name.evaluate(context))))
                            .filter(text -> !text.isEmpty());
            if (found.isEmpty()) {
                return OptionalDouble.empty();
            }
            String text = found.get();
            if (pattern.isPresent()) {
                Matcher matcher =
                        Patterns.compile(Python.str(pattern.get().evaluate(context))).matcher(text);
                if (matcher.lookingAt()) {
                    text = matcher.group();
                }
            }
            try {
                double number = Numbers.parseReal(text);
                return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
            } catch (PythonError _) {
                // Not a number, e.g. a date: the next strategy decides.
                return OptionalDouble.empty();
            }
        }
    }

    /** Always as long, or up to twice the jitter longer. */
    record Constant(InterpolatedString seconds, OptionalDouble jitter, Context context)
            implements Backoff {
        @Override
        public OptionalDouble wait(Attempt attempt, int count) {
            return OptionalDouble.of(jittered(Python.toReal(seconds.evaluate(context)), jitter));
        }
    }

    /** Twice as long each time. */
    record Exponential(InterpolatedString factor, OptionalDouble jitter, Context context)
            implements Backoff {
        @Override
        public OptionalDouble wait(Attempt attempt, int count) {
            double wait = Python.toReal(factor.evaluate(context)) * Math.pow(2, count);
            return OptionalDouble.of(jittered(wait, jitter));
        }
    }

    /** As many seconds as a header says. */
    record FromHeader(HeaderNumber header, OptionalDouble limit, Context context)
            implements Backoff {
        @Override
        public OptionalDouble wait(Attempt attempt, int count) {
            OptionalDouble wait = header.find(attempt, context);
            if (wait.isPresent() && wait.getAsDouble() != 0) {
                check(wait.getAsDouble(), limit);
            }
            return wait;
        }
    }

    /** Until the second of the epoch that a header says. */
    record UntilHeader(
            HeaderNumber header,
            Optional<InterpolatedString> least,
            OptionalDouble limit,
            InstantSource clock,
            Context context)
            implements Backoff {
        @Override
        public OptionalDouble wait(Attempt attempt, int count) {
            OptionalDouble until = header.find(attempt, context);
            Object atLeast = least.isPresent() ? least.get().evaluate(context) : null;
            if (until.isEmpty() || until.getAsDouble() == 0) {
                return Python.isTrue(atLeast)
                        ? checked(Python.toReal(atLeast))
                        : OptionalDouble.empty();
            }
            double wait = until.getAsDouble() - seconds(clock.instant());
            if (Python.isTrue(atLeast)) {
                return checked(Math.max(wait, Python.toReal(atLeast)));
            }
            return wait < 0 ? OptionalDouble.empty() : checked(wait);
        }

        private OptionalDouble checked(double wait) {
            check(wait, limit);
            return OptionalDouble.of(wait);
        }

        private static double seconds(Instant instant) {
            return instant.getEpochSecond() + instant.getNano() / 1e9;
        }
    }

    /** As many seconds as a template makes of the answer. */
    record FromResponse(InterpolatedString seconds, OptionalDouble limit, Context context)
            implements Backoff {
        @Override
        public OptionalDouble wait(Attempt attempt, int count) {
            Context variables =
                    context.with("response", attempt.json())
                            .with(
                                    "headers",
                                    HeaderViews.anyCase(
                                            attempt.answer()
                                                    .map(Answer::headers)
                                                    .orElse(Headers.NONE)));
            double wait;
            try {
                wait = real(seconds.evaluate(variables));
            } catch (PythonError _) {
                // An answer of another shape than the template was written for: the next strategy
                // decides.
                return OptionalDouble.empty();
            }
            if (!Double.isFinite(wait) || wait < 0) {
                return OptionalDouble.empty();
            }
            if (wait > 0) {
                check(wait, limit);
            }
            return OptionalDouble.of(wait);
        }

        private static double real(@Nullable Object value) {
            return value == null ? Double.NaN : Python.toReal(value);
        }
    }
}
