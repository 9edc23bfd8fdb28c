package io.millrace.sdk.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A command line of the protocol (reference: protocol 1.5).
 *
 * @param problems what is wrong with it; then it must not be run
 */
record ProgramArguments(
        Optional<Verb> verb, Map<Flag, Path> files, boolean debug, List<String> problems) {

    /** What a connector does. */
    enum Verb {
        SPEC,
        CHECK,
        DISCOVER,
        READ,
        WRITE;

        Set<Flag> required() {
            return switch (this) {
                case SPEC -> EnumSet.noneOf(Flag.class);
                case CHECK, DISCOVER -> EnumSet.of(Flag.CONFIG);
                case READ, WRITE -> EnumSet.of(Flag.CONFIG, Flag.CATALOG);
            };
        }

        Set<Flag> optional() {
            return this == READ ? EnumSet.of(Flag.STATE) : EnumSet.noneOf(Flag.class);
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        String usage() {
            var usage = new StringBuilder(text());
            required().forEach(flag -> usage.append(" --").append(flag.text()).append(" FILE"));
            optional().forEach(flag -> usage.append(" [--").append(flag.text()).append(" FILE]"));
            return usage.toString();
        }
    }

    /** A file that a verb takes. */
    enum Flag {
        CONFIG,
        CATALOG,
        STATE;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param verbs those that this connector has
     */
    static ProgramArguments parse(List<String> arguments, Set<Verb> verbs) {
        var problems = new ArrayList<String>();
        var files = new EnumMap<Flag, Path>(Flag.class);
        Optional<Verb> verb = Optional.empty();
        boolean debug = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            String name = argument.startsWith("--") ? argument.substring(2) : argument;
            int equals = name.indexOf('=');
            String plain = equals < 0 ? name : name.substring(0, equals);
            Optional<Flag> flag =
                    argument.startsWith("--")
                            ? List.of(Flag.values()).stream()
                                    .filter(each -> each.text().equals(plain))
                                    .findFirst()
                            : Optional.empty();
            // Older kits call verbs with dashes (reference: 1.5.2).
            Optional<Verb> named =
                    verbs.stream().filter(each -> each.text().equals(name)).findFirst();
            if (flag.isPresent() && equals >= 0) {
                files.put(flag.get(), Path.of(name.substring(equals + 1)));
            } else if (flag.isPresent()) {
                i++;
                if (i < arguments.size()) {
                    files.put(flag.get(), Path.of(arguments.get(i)));
                } else {
                    problems.add("%s needs a file.".formatted(argument));
                }
            } else if (argument.equals("--debug")) {
                debug = true;
            } else if (named.isPresent() && verb.isEmpty()) {
                verb = named;
            } else {
                problems.add("\"%s\" is not known.".formatted(argument));
            }
        }
        if (verb.isEmpty()) {
            problems.addFirst("A verb is needed.");
        } else {
            for (Flag flag : verb.get().required()) {
                if (!files.containsKey(flag)) {
                    problems.add("--%s is missing.".formatted(flag.text()));
                }
            }
        }
        return new ProgramArguments(verb, files, debug, List.copyOf(problems));
    }

    /** A file that the verb requires. */
    Path file(Flag flag) {
        return Optional.ofNullable(files.get(flag)).orElseThrow();
    }
}
