package io.millrace.declarative.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A command line of the protocol, with a manifest (reference: declarative 12.4).
 *
 * @param problems what is wrong with it; then it must not be run
 */
record DeclarativeArguments(
        Optional<Verb> verb, Map<Flag, Path> files, boolean debug, List<String> problems) {
    static final String USAGE =
            """
            Usage:
              spec     --manifest-path FILE
              check    --manifest-path FILE --config FILE
              discover --manifest-path FILE --config FILE
              read     --manifest-path FILE --config FILE --catalog FILE [--state FILE]
              --components-path FILE names the Python classes of a manifest, where they are not in
              components.py beside it. --debug tells more.\
            """;

    /** What is done with a manifest. */
    enum Verb {
        SPEC,
        CHECK,
        DISCOVER,
        READ;

        private List<Flag> required() {
            return switch (this) {
                case SPEC -> List.of(Flag.MANIFEST_PATH);
                case CHECK, DISCOVER -> List.of(Flag.MANIFEST_PATH, Flag.CONFIG);
                case READ -> List.of(Flag.MANIFEST_PATH, Flag.CONFIG, Flag.CATALOG);
            };
        }

        private static Optional<Verb> find(String text) {
            for (Verb verb : values()) {
                if (verb.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return Optional.of(verb);
                }
            }
            return Optional.empty();
        }
    }

    /** A file that a verb takes. */
    enum Flag {
        MANIFEST_PATH,
        COMPONENTS_PATH,
        CONFIG,
        CATALOG,
        STATE;

        private String text() {
            return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private static Optional<Flag> find(String text) {
            for (Flag flag : values()) {
                if (flag.text().equals(text)) {
                    return Optional.of(flag);
                }
            }
            return Optional.empty();
        }
    }

    static DeclarativeArguments parse(List<String> arguments) {
        List<String> problems = new ArrayList<>();
        Map<Flag, Path> files = new EnumMap<>(Flag.class);
        Optional<Verb> verb = Optional.empty();
        boolean debug = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.indexOf('=');
            Optional<Flag> flag = Flag.find(equals < 0 ? argument : argument.substring(0, equals));
            if (flag.isPresent() && equals >= 0) {
                files.put(flag.get(), Path.of(argument.substring(equals + 1)));
            } else if (flag.isPresent()) {
                i++;
                if (i < arguments.size()) {
                    files.put(flag.get(), Path.of(arguments.get(i)));
                } else {
                    problems.add("%s needs a file.".formatted(argument));
                }
            } else if (argument.equals("--debug")) {
                debug = true;
            } else if (verb.isEmpty() && Verb.find(argument).isPresent()) {
                verb = Verb.find(argument);
            } else {
                problems.add("\"%s\" is not known.".formatted(argument));
            }
        }
        if (verb.isEmpty()) {
            problems.addFirst("A verb is needed.");
        } else {
            for (Flag flag : verb.get().required()) {
                if (!files.containsKey(flag)) {
                    problems.add("%s is missing.".formatted(flag.text()));
                }
            }
        }
        return new DeclarativeArguments(verb, files, debug, List.copyOf(problems));
    }

    /** The verb and the files of the protocol, each flag with its file as the next word. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        verb.ifPresent(each -> words.add(each.name().toLowerCase(Locale.ROOT)));
        files.forEach((flag, file) -> {
            if (flag != Flag.MANIFEST_PATH && flag != Flag.COMPONENTS_PATH) {
                words.addAll(List.of(flag.text(), file.toString()));
            }
        });
        if (debug) {
            words.add("--debug");
        }
        return words;
    }

    Optional<Path> manifest() {
        return Optional.ofNullable(files.get(Flag.MANIFEST_PATH));
    }

    Optional<Path> components() {
        return Optional.ofNullable(files.get(Flag.COMPONENTS_PATH));
    }

    Optional<Path> config() {
        return Optional.ofNullable(files.get(Flag.CONFIG));
    }

    Optional<Path> catalog() {
        return Optional.ofNullable(files.get(Flag.CATALOG));
    }

    Optional<Path> state() {
        return Optional.ofNullable(files.get(Flag.STATE));
    }
}
