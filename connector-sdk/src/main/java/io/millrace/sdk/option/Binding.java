package io.millrace.sdk.option;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A configuration that was held against its options.
 *
 * @param options the values; empty where there is an error
 * @param problems all of them, in the order of the options; warnings too
 */
public record Binding<C extends Record>(Optional<C> options, List<OptionProblem> problems) {

    public Binding {
        problems = List.copyOf(problems);
    }

    public List<OptionProblem> errors() {
        return problems.stream()
                .filter(problem -> problem.severity() == OptionProblem.Severity.ERROR)
                .toList();
    }

    /**
     * The values.
     *
     * @throws ConfigurationFailure where there are errors; its message lists them all
     */
    public C load() {
        return options.orElseThrow(() ->
                new ConfigurationFailure(
                        "Config validation error: "
                                + errors().stream()
                                        .map(OptionProblem::toString)
                                        .collect(Collectors.joining("; "))));
    }
}
