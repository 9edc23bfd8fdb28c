package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.python.IsoDates;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.TimeDelta;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.sdk.http.CallRate;
import io.millrace.sdk.http.Headers;
import io.millrace.sdk.http.RateLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The calls that a manifest allows itself (reference 1.15), for all requesters of a source. The
 * first policy that a request matches is charged; a request that matches none is free. Safe for all
 * threads.
 */
final class RequestBudget {
    /** A budget that is never used up. */
    static final RequestBudget NONE = new RequestBudget(List.of(), "", "", Set.of());

    private record Policy(List<RequestMatcher> matchers, RateLimit rate) {
        boolean matches(OutgoingRequest request) {
            return matchers.isEmpty()
                    || matchers.stream().anyMatch(matcher -> matcher.matches(request));
        }

        int weight(OutgoingRequest request) {
            for (RequestMatcher matcher : matchers) {
                if (matcher.matches(request)) {
                    return matcher.weight();
                }
            }
            return 1;
        }
    }

    private final List<Policy> policies;
    private final String resetHeader;
    private final String remainingHeader;
    private final Set<Integer> exhausted;

    private RequestBudget(
            List<Policy> policies,
            String resetHeader,
            String remainingHeader,
            Set<Integer> exhausted) {
        this.policies = policies;
        this.resetHeader = resetHeader;
        this.remainingHeader = remainingHeader;
        this.exhausted = exhausted;
    }

    static RequestBudget compile(Definition definition, Compilation compilation) {
        List<Policy> policies = new ArrayList<>();
        for (Definition policy : definition.children("policies")) {
            policies.add(
                    new Policy(
                            policy.children("matchers").stream()
                                    .map(matcher -> RequestMatcher.compile(matcher, compilation))
                                    .toList(),
                            new RateLimit(
                                    rate(policy, compilation),
                                    compilation.clock(),
                                    compilation.pause())));
        }
        Set<Integer> exhausted = new HashSet<>();
        if (definition.value("status_codes_for_ratelimit_hit") instanceof List<?> codes) {
            codes.forEach(code -> exhausted.add(((Number) code).intValue()));
        } else {
            exhausted.add(429);
        }
        return new RequestBudget(
                policies,
                definition.findText("ratelimit_reset_header").orElse("ratelimit-reset"),
                definition.findText("ratelimit_remaining_header").orElse("ratelimit-remaining"),
                exhausted);
    }

    private static CallRate rate(Definition policy, Compilation compilation) {
        return switch (policy.type()) {
            case "UnlimitedCallRatePolicy" -> new CallRate.Unlimited();
            case "FixedWindowCallRatePolicy" ->
                    new CallRate.FixedWindow(
                            limit(policy, "call_limit", compilation),
                            duration(policy, "period"),
                            compilation.clock().instant());
            case "MovingWindowCallRatePolicy" -> {
                List<CallRate.MovingWindow.Rate> rates = new ArrayList<>();
                for (Definition rate : policy.children("rates")) {
                    rates.add(
                            new CallRate.MovingWindow.Rate(
                                    limit(rate, "limit", compilation), duration(rate, "interval")));
                }
                if (rates.isEmpty()) {
                    throw policy.malformed("rates", "a list of at least one rate");
                }
                yield new CallRate.MovingWindow(rates);
            }
            default ->
                    throw policy.unknownType(
                            "FixedWindowCallRatePolicy, MovingWindowCallRatePolicy or"
                                    + " UnlimitedCallRatePolicy");
        };
    }

    private static int limit(Definition definition, String field, Compilation compilation) {
        return RequestMatcher.integer(
                compilation.string(definition, field), definition, field, compilation);
    }

    private static Duration duration(Definition definition, String field) {
        try {
            if (IsoDates.duration(definition.text(field)) instanceof TimeDelta delta) {
                Duration duration =
                        Duration.ofDays(delta.days())
                                .plusSeconds(delta.seconds())
                                .plusNanos(delta.microseconds() * 1000L);
                if (duration.isPositive()) {
                    return duration;
                }
            }
        } catch (PythonError _) {
            throw definition.malformed(field, "a duration, such as PT1M");
        }
        throw definition.malformed(field, "a duration of fixed length, such as PT1M");
    }

    /** Returns when the request may be sent, having counted it. */
    void acquire(OutgoingRequest request) throws InterruptedException {
        for (Policy policy : policies) {
            if (policy.matches(request)) {
                policy.rate().await(policy.weight(request));
                return;
            }
        }
    }

    /** Takes in what the answer's headers and status tell. */
    void update(OutgoingRequest request, int status, Headers headers) {
        for (Policy policy : policies) {
            if (policy.matches(request)) {
                OptionalInt remaining = remaining(status, headers);
                Optional<Instant> reset = integer(headers, resetHeader).map(Instant::ofEpochSecond);
                policy.rate().update(remaining, reset);
                return;
            }
        }
    }

    private OptionalInt remaining(int status, Headers headers) {
        Optional<Long> told = integer(headers, remainingHeader);
        if (told.isPresent()) {
            return OptionalInt.of((int) Math.min(told.get(), Integer.MAX_VALUE));
        }
        return exhausted.contains(status) ? OptionalInt.of(0) : OptionalInt.empty();
    }

    private static Optional<Long> integer(Headers headers, String name) {
        try {
            return headers.find(name).map(String::strip).map(Long::valueOf);
        } catch (NumberFormatException _) {
            // The API means something else by this header than the manifest does.
            return Optional.empty();
        }
    }
}
