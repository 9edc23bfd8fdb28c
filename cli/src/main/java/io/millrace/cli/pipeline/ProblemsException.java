package io.millrace.cli.pipeline;

import java.util.List;
import java.util.stream.Collectors;

/** A file can't be used: everything that is wrong with it, found before anything was started. */
public final class ProblemsException extends RuntimeException {
    private final List<Problem> problems;

    public ProblemsException(List<Problem> problems) {
        super(
                problems.stream()
                        .sorted(Problem.ORDER)
                        .map(Problem::toString)
                        .collect(Collectors.joining("\n")));
        this.problems = problems.stream().sorted(Problem.ORDER).toList();
    }

    public List<Problem> problems() {
        return problems;
    }
}
