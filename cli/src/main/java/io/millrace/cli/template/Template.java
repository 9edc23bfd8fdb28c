package io.millrace.cli.template;

import java.util.List;
import java.util.Optional;

/**
 * One template.
 *
 * @param kind source or destination
 * @param language as people call it
 * @param tag as metadata calls it
 * @param needs programs that its build or its connector need
 * @param main the file that a writer opens first
 * @param retrieve a destination's command that prints what has landed, as YAML
 * @param files what it has of its own, beside what all have
 */
public record Template(
        String name,
        String kind,
        String language,
        String tag,
        List<String> needs,
        String main,
        String about,
        String build,
        String test,
        String steps,
        Optional<String> retrieve,
        List<String> files) {
    public Template {
        needs = List.copyOf(needs);
        files = List.copyOf(files);
    }
}
